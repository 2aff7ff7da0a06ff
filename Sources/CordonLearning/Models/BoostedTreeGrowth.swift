/// One boosted tree after the other, grown leaf by leaf over the same binned rows.
struct BoostedTreeGrowth {
  private let binned: BinnedMatrix
  private let leaves: Int
  private let leafRows: Int
  private let penalty: Double

  /// First derivative of the loss by the margin, one a row.
  var gradients: [Float]
  /// Second derivative of the loss by the margin, one a row.
  var curvatures: [Float]
  /// The rows, each leaf's together.
  private var order: [Int32] = []
  /// What the last tree adds to the rows of each of its leaves.
  private var additions: [(range: Range<Int>, value: Float)] = []

  init(binned: BinnedMatrix, leaves: Int, leafRows: Int, penalty: Double) {
    self.binned = binned
    self.leaves = leaves
    self.leafRows = leafRows
    self.penalty = penalty
    gradients = [Float](repeating: 0, count: binned.rows)
    curvatures = [Float](repeating: 0, count: binned.rows)
  }

  private struct Leaf {
    var node: Int
    var range: Range<Int>
    var histogram: GradientHistogram
    var split: GradientHistogram.Split?
  }

  /// Grows a tree over the given rows; a single leaf where nothing is gained.
  mutating func grow(_ rows: [Int], rate: Double) -> [TreeEnsemble.Node] {
    order = rows.map(Int32.init)
    additions = []
    var nodes = [TreeEnsemble.Node.leaf(0)]
    var open = [leaf(node: 0, range: 0..<order.count, histogram: histogram(0..<order.count))]
    while open.count < leaves {
      // The first of the best, so that equal gains do not depend on anything else.
      var chosen: Int?
      for (index, leaf) in open.enumerated() {
        guard let split = leaf.split else { continue }
        if let best = chosen, let other = open[best].split, other.gain >= split.gain { continue }
        chosen = index
      }
      guard let chosen, let split = open[chosen].split else { break }
      let parent = open[chosen]
      let middle = partition(parent.range, split)
      let ranges = (parent.range.lowerBound..<middle, middle..<parent.range.upperBound)
      nodes[parent.node] = .split(
        feature: split.feature, threshold: binned.cuts[split.feature][split.bin], left: nodes.count,
        missingLeft: split.missingLeft)
      // The smaller side is counted, the larger one is what is left of the parent.
      let isLeftSmaller = ranges.0.count <= ranges.1.count
      let smaller = histogram(isLeftSmaller ? ranges.0 : ranges.1)
      let larger = parent.histogram.minus(smaller)
      open[chosen] = leaf(node: nodes.count, range: ranges.0, histogram: isLeftSmaller ? smaller : larger)
      open.append(leaf(node: nodes.count + 1, range: ranges.1, histogram: isLeftSmaller ? larger : smaller))
      nodes += [.leaf(0), .leaf(0)]
    }
    for leaf in open {
      let value = Float(leaf.histogram.value(penalty: penalty) * rate)
      nodes[leaf.node] = .leaf(value)
      additions.append((leaf.range, value))
    }
    return nodes
  }

  /// Adds the last tree's leaves to the margins of the rows that it was grown over.
  func add(to margins: inout [Double]) {
    for (range, value) in additions {
      for position in range { margins[Int(order[position])] += Double(value) }
    }
  }

  private func leaf(node: Int, range: Range<Int>, histogram: GradientHistogram) -> Leaf {
    let split = histogram.best(binned: binned, leafRows: leafRows, penalty: penalty)
    return Leaf(node: node, range: range, histogram: histogram, split: split)
  }

  private func histogram(_ range: Range<Int>) -> GradientHistogram {
    var histogram = GradientHistogram(columns: binned.columns)
    histogram.count(binned, rows: order[range], gradients: gradients, curvatures: curvatures)
    return histogram
  }

  /// Moves the rows that go left before the others, each side in its order; where the right part starts.
  private mutating func partition(_ range: Range<Int>, _ split: GradientHistogram.Split) -> Int {
    let column = split.feature * binned.rows
    var right: [Int32] = []
    var middle = range.lowerBound
    for position in range {
      let bin = Int(binned.bins[column + Int(order[position])])
      if bin == BinnedMatrix.missingBin ? split.missingLeft : bin <= split.bin {
        order[middle] = order[position]
        middle += 1
      } else {
        right.append(order[position])
      }
    }
    for (offset, row) in right.enumerated() { order[middle + offset] = row }
    return middle
  }
}

/// Sums of gradients over a leaf's rows, by feature and bin.
struct GradientHistogram {
  /// Where a leaf splits best.
  struct Split {
    var feature: Int
    /// Last bin that goes left.
    var bin: Int
    var missingLeft: Bool
    /// Fall of the penalised loss, above 0.
    var gain: Double
  }

  private struct Sums {
    var gradient = 0.0
    var curvature = 0.0
    var rows = 0.0

    static func + (left: Sums, right: Sums) -> Sums {
      Sums(
        gradient: left.gradient + right.gradient, curvature: left.curvature + right.curvature,
        rows: left.rows + right.rows)
    }

    static func - (left: Sums, right: Sums) -> Sums {
      Sums(
        gradient: left.gradient - right.gradient, curvature: left.curvature - right.curvature,
        rows: left.rows - right.rows)
    }

    func score(_ penalty: Double) -> Double { gradient * gradient / (curvature + penalty) }
  }

  /// `BinnedMatrix.binCount` a feature.
  private var sums: [Sums]
  private var total = Sums()

  init(columns: Int) { sums = [Sums](repeating: Sums(), count: columns * BinnedMatrix.binCount) }

  mutating func count(
    _ binned: BinnedMatrix, rows: ArraySlice<Int32>, gradients: [Float], curvatures: [Float]
  ) {
    for row in rows {
      total.gradient += Double(gradients[Int(row)])
      total.curvature += Double(curvatures[Int(row)])
    }
    total.rows = Double(rows.count)
    // The hot loop of boosting: buffers, because each access would be checked twice otherwise. Indices are in range by
    // construction: rows of the matrix, bins below 256.
    sums.withUnsafeMutableBufferPointer { sums in
      binned.bins.withUnsafeBufferPointer { bins in
        rows.withUnsafeBufferPointer { rows in
          gradients.withUnsafeBufferPointer { gradients in
            curvatures.withUnsafeBufferPointer { curvatures in
              for column in 0..<binned.columns {
                let base = column * binned.rows
                let start = column * BinnedMatrix.binCount
                for row in rows {
                  let row = Int(row)
                  let place = start + Int(bins[base + row])
                  sums[place].gradient += Double(gradients[row])
                  sums[place].curvature += Double(curvatures[row])
                  sums[place].rows += 1
                }
              }
            }
          }
        }
      }
    }
  }

  /// What is left when a part's rows are taken out.
  func minus(_ part: GradientHistogram) -> GradientHistogram {
    var rest = self
    for index in sums.indices { rest.sums[index] = sums[index] - part.sums[index] }
    rest.total = total - part.total
    return rest
  }

  /// The best value of a leaf: −Σg / (Σh + penalty).
  func value(penalty: Double) -> Double { -total.gradient / (total.curvature + penalty + 1e-12) }

  func best(binned: BinnedMatrix, leafRows: Int, penalty: Double) -> Split? {
    guard total.rows >= Double(2 * leafRows) else { return nil }
    let whole = total.score(penalty)
    var best: Split?
    for feature in 0..<binned.columns {
      let start = feature * BinnedMatrix.binCount
      let missing = sums[start + BinnedMatrix.missingBin]
      var left = Sums()
      for bin in binned.cuts[feature].indices {
        left = left + sums[start + bin]
        for missingLeft in missing.rows > 0 ? [false, true] : [false] {
          let side = missingLeft ? left + missing : left
          let other = total - side
          guard side.rows >= Double(leafRows), other.rows >= Double(leafRows),
            min(side.curvature, other.curvature) >= Self.leastCurvature
          else { continue }
          let gain = side.score(penalty) + other.score(penalty) - whole
          if gain > max(Self.leastGain, best?.gain ?? 0) {
            best = Split(feature: feature, bin: bin, missingLeft: missingLeft, gain: gain)
          }
        }
      }
    }
    return best
  }

  private static let leastCurvature = 1e-3
  private static let leastGain = 1e-9
}
