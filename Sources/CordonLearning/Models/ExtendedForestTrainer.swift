package import CordonCore

/// Grows isolation trees whose splits are slanted.
///
/// Hariri, Kind, Brunner: "Extended isolation forest" (2019): a random direction over `terms` features that vary in the
/// node, through a random point of the node's bounding box. Directions are drawn in units of each feature's deviation,
/// so that units do not matter. Cost: trees × ψ log ψ × terms; memory: as the forest's.
package struct ExtendedForestTrainer: ModelTrainer {
  package var trees: Int
  package var sampleSize: Int
  /// Features a split, fewer where rows have fewer.
  package var terms: Int

  package init(trees: Int = 100, sampleSize: Int = 256, terms: Int = 2) {
    precondition(trees > 0 && sampleSize >= 2, "a forest has trees, and a tree at least two rows")
    precondition((1...ExtendedForest.termLimit).contains(terms), "a split has one to sixteen features")
    self.trees = trees
    self.sampleSize = sampleSize
    self.terms = terms
  }

  package func fit(_ matrix: FeatureMatrix, seed: UInt64) throws(CordonError) -> ExtendedForest {
    try TrainingData.requireRows(matrix)
    let size = max(2, min(sampleSize, matrix.rows))
    let scaling = try TrainingData.standardScaling(matrix)
    var forest = ExtendedGrowth(
      matrix: matrix, factors: scaling.factors, fills: scaling.offsets, terms: min(terms, matrix.columns),
      depthLimit: IsolationForestTrainer.depthLimit(size))
    for tree in 0..<trees {
      var randomness = ModelRandomness(seed: seed, stream: UInt64(tree))
      forest.grow(rows: randomness.sample(size, of: matrix.rows), &randomness)
    }
    guard
      let model = ExtendedForest(
        fills: forest.fills, terms: forest.terms, sampleSize: size, roots: forest.roots, lefts: forest.lefts,
        thresholds: forest.thresholds, features: forest.features, weights: forest.weights)
    else {
      throw CordonError(
        .exhausted, "model-size", "\(trees) trees of \(size) rows have more than \(ExtendedForest.nodeLimit) nodes.",
        remedy: "Ask for fewer trees or a smaller sample.")
    }
    return model
  }
}

/// An extended forest while it grows.
private struct ExtendedGrowth {
  let matrix: FeatureMatrix
  let factors: [Float]
  let fills: [Float]
  let terms: Int
  let depthLimit: Int
  var roots: [Int32] = []
  var lefts: [Int32] = []
  var thresholds: [Float] = []
  var features: [Int32] = []
  var weights: [Float] = []

  init(matrix: FeatureMatrix, factors: [Float], fills: [Float], terms: Int, depthLimit: Int) {
    self.matrix = matrix
    self.factors = factors
    self.fills = fills
    self.terms = terms
    self.depthLimit = depthLimit
  }

  mutating func grow(rows: [Int], _ randomness: inout ModelRandomness) {
    roots.append(Int32(lefts.count))
    var pending: [(node: Int, rows: [Int], depth: Int)] = [(addNode(), rows, 0)]
    while let next = pending.popLast() {
      guard next.depth < depthLimit, next.rows.count > 1, let threshold = slant(next.node, next.rows, &randomness)
      else {
        thresholds[next.node] = Float(Double(next.depth) + IsolationForest.usualPath(next.rows.count))
        continue
      }
      let sides = next.rows.map { sum(next.node, row: $0) <= Double(threshold) }
      thresholds[next.node] = threshold
      let left = addNode()
      let right = addNode()
      lefts[next.node] = Int32(left)
      pending.append((right, zip(next.rows, sides).filter { !$1 }.map(\.0), next.depth + 1))
      pending.append((left, zip(next.rows, sides).filter { $1 }.map(\.0), next.depth + 1))
    }
  }

  private mutating func addNode() -> Int {
    lefts.append(0)
    thresholds.append(0)
    features += [Int32](repeating: 0, count: terms)
    weights += [Float](repeating: 0, count: terms)
    return lefts.count - 1
  }

  /// Draws the node's direction and where it cuts; nil where no feature varies.
  private mutating func slant(_ node: Int, _ rows: [Int], _ randomness: inout ModelRandomness) -> Float? {
    var order = Array(0..<matrix.columns)
    var found = 0
    var threshold = 0.0
    // A partial Fisher-Yates shuffle: features in random order until enough of them vary.
    for position in 0..<order.count where found < terms {
      order.swapAt(position, position + randomness.below(order.count - position))
      let feature = order[position]
      guard factors[feature] > 0 else { continue }
      let values = rows.map { filled(row: $0, feature: feature) }
      guard let least = values.min(), let most = values.max(), least < most else { continue }
      let weight = Float(TrainingData.gaussian(&randomness) * Double(factors[feature]))
      guard weight.isFinite else { continue }
      features[node * terms + found] = Int32(feature)
      weights[node * terms + found] = weight
      let through = Double(least) + randomness.uniform() * (Double(most) - Double(least))
      threshold += Double(weight) * through
      found += 1
    }
    let cut = Float(threshold)
    return found > 0 && cut.isFinite ? cut : nil
  }

  private func filled(row: Int, feature: Int) -> Float {
    let value = matrix[row, feature]
    return value.isNaN ? fills[feature] : value
  }

  private func sum(_ node: Int, row: Int) -> Double {
    var sum = 0.0
    for term in node * terms..<(node + 1) * terms {
      sum += Double(weights[term]) * Double(filled(row: row, feature: Int(features[term])))
    }
    return sum
  }
}
