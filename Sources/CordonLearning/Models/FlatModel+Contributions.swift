extension FlatModel {
  /// How much of a row's score each feature carries, in the score's own unit: what an explanation begins with.
  ///
  /// Tails, projection, neighbours, reconstruction and one-layer networks split exactly: the parts add up to the score,
  /// or for one layer to the sum before its sigmoid without the bias. Boosted trees give Shapley values (`TreeShapley`)
  /// of the sum before the link, both sides of a split weighing the same; an isolation forest follows the row's way
  /// (Saabas: "Interpreting random forests", 2014): each split hands what its child is above the mean of the rows that
  /// come through it to its feature. Either way the parts add up to what sets the row apart from the trees' mean. Other
  /// networks and slanted trees say what changes when a feature is missing. An ensemble adds its members' by weight and
  /// calibration. Each part is finite; a missing value carries nothing where the split is exact. Cost: a walk over every
  /// node of a tree, its leaves times depth² where boosted, or `columns` scores: not for the hot path.
  package func contributions(_ row: [Float]) -> [Double] {
    precondition(row.count == columns, "a row has one value a feature")
    switch self {
    case .tails(let model): return row.indices.map { model.part(row[$0], feature: $0) }
    case .projection(let model): return model.contributions(row)
    case .neighbours(let model): return model.contributions(row)
    case .network(let model): return model.contributions(row) ?? absences(row)
    case .isolationForest(let model): return model.contributions(row)
    case .boostedTrees(let model): return model.contributions(row)
    case .extendedForest, .halfSpaces: return absences(row)
    case .ensemble(let model): return model.contributions(row)
    }
  }

  /// The score without each feature, taken from the score with it.
  private func absences(_ row: [Float]) -> [Double] {
    let whole = score(row)
    return row.indices.map { feature in
      guard !row[feature].isNaN else { return 0 }
      var without = row
      without[feature] = .nan
      return whole - score(without)
    }
  }
}

extension ProjectionModel {
  /// The square of the distance is a sum over features of value times weighted value; each by the distance.
  func contributions(_ row: [Float]) -> [Double] {
    let deviation = scaling.scaled(row.span)
    var weighted = deviation.map { $0 / Double(residualVariance) }
    for component in variances.indices {
      let base = component * columns
      let length = deviation.indices.reduce(0.0) { $0 + deviation[$1] * Double(components[base + $1]) }
      let pull = length / Double(variances[component]) - length / Double(residualVariance)
      for feature in weighted.indices { weighted[feature] += pull * Double(components[base + feature]) }
    }
    let distance = score(row)
    return deviation.indices.map { distance > 0 ? deviation[$0] * weighted[$0] / distance : 0 }
  }
}

extension NeighbourModel {
  /// A distance is a sum over features of squared differences by the distance.
  func contributions(_ row: [Float]) -> [Double] {
    let scaled = scaling.scaled(row.span)
    let squares = (0..<sampleRows).map { other in
      (0..<columns).reduce(0.0) { sum, feature in
        let difference = scaled[feature] - Double(sample[other * columns + feature])
        return sum + difference * difference
      }
    }
    // Equal distances in the sample's order, as scoring meets them.
    let nearest = squares.indices.sorted { squares[$0] != squares[$1] ? squares[$0] < squares[$1] : $0 < $1 }
    var parts = [Double](repeating: 0, count: columns)
    for other in nearest.prefix(neighbours) where squares[other] > 0 {
      for feature in 0..<columns {
        let difference = scaled[feature] - Double(sample[other * columns + feature])
        parts[feature] += difference * difference / (squares[other].squareRoot() * Double(neighbours))
      }
    }
    return parts
  }
}

extension NetworkModel {
  /// Nil for a network of several layers that is read by a column.
  func contributions(_ row: [Float]) -> [Double]? {
    let input = scaling.scaled(row.span)
    if case .column(let column) = output {
      guard network.layers.count == 1 else { return nil }
      return input.indices.map { Double(network.layers[0].weights[column * columns + $0]) * input[$0] }
    }
    let found = network.apply(input)
    let present = Double(max(1, row.reduce(0) { $0 + ($1.isNaN ? 0 : 1) }))
    let root = output == .reconstruction ? score(row) : 1
    return row.indices.map { feature in
      guard !row[feature].isNaN, root > 0 else { return 0 }
      let error = (input[feature] - found[feature]).magnitude
      return (output == .meanAbsolute ? error : error * error) / (present * root)
    }
  }
}

extension BoostedTrees {
  /// Shapley values, or steps along the way where trees are too deep for them; the base and the means are no feature's.
  func contributions(_ row: [Float]) -> [Double] {
    let weighted = WeightedTrees(evenly: trees)
    return TreeShapley.parts(of: row, weighted) ?? weighted.stepsFromMean(row)
  }
}

extension IsolationForest {
  /// What shortens the way, as its share of what the score is above that of the mean way.
  func contributions(_ row: [Float]) -> [Double] {
    let paths = WeightedTrees(trees, leafWeight: rows).stepsFromMean(row).map { -$0 }
    let total = paths.reduce(0, +)
    guard total != 0 else { return paths }
    let whole = score(row)
    let usual = Self.score(path: (trees.sum(row.span) + total) * pathScale)
    return paths.map { $0 / total * (whole - usual) }
  }

  /// Rows that ended in a leaf at a depth: its path is the depth and c(rows), which says how many they were.
  private func rows(path: Double, depth: Int) -> Double {
    var (low, high) = (1, sampleSize)
    while low < high {
      let middle = (low + high) / 2
      // Half way to the next number of rows, as a leaf's path is rounded to a Float.
      let between = (Self.usualPath(middle) + Self.usualPath(middle + 1)) / 2
      if between < path - Double(depth) { low = middle + 1 } else { high = middle }
    }
    return Double(low)
  }
}

extension ModelEnsemble {
  func contributions(_ row: [Float]) -> [Double] {
    var parts = [Double](repeating: 0, count: columns)
    for member in members {
      let rise = member.calibration.rise(at: member.model.score(row)) * Double(member.weight) / totalWeight
      for (feature, part) in member.model.contributions(row).enumerated() { parts[feature] += rise * part }
    }
    return parts
  }
}

extension ScoreCalibration {
  /// Rise a unit of score at a score.
  func rise(at score: Double) -> Double {
    guard let above = scores.firstIndex(where: { Double($0) >= score }) else { return Double(slope) }
    guard above > 0 else { return scores.count == 1 ? Double(slope) : 0 }
    return (Double(values[above]) - Double(values[above - 1])) / (Double(scores[above]) - Double(scores[above - 1]))
  }
}
