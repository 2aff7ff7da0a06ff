package import CordonCore

/// Grows an isolation forest on small samples of the rows.
///
/// Liu, Ting, Zhou: "Isolation forest" (2008). Each tree splits its sample at random until a row is alone or the depth
/// reaches log₂ ψ. A split ignores features that are constant in the node; a missing value follows the larger part.
/// Cost: trees × ψ log ψ, whatever the number of rows; memory: as the forest's.
package struct IsolationForestTrainer: ModelTrainer {
  /// Trees, at least 1.
  package var trees: Int
  /// Rows a tree, ψ, at least 2.
  package var sampleSize: Int

  package init(trees: Int = 100, sampleSize: Int = 256) {
    precondition(trees > 0 && sampleSize >= 2, "a forest has trees, and a tree at least two rows")
    self.trees = trees
    self.sampleSize = sampleSize
  }

  package func fit(_ matrix: FeatureMatrix, seed: UInt64) throws(CordonError) -> IsolationForest {
    try TrainingData.requireRows(matrix)
    let size = max(2, min(sampleSize, matrix.rows))
    var ensemble = TreeEnsemble(columns: matrix.columns)
    for tree in 0..<trees {
      var randomness = ModelRandomness(seed: seed, stream: UInt64(tree))
      var growth = IsolationTreeGrowth(
        matrix: matrix, rows: randomness.sample(size, of: matrix.rows), depthLimit: Self.depthLimit(size))
      growth.grow(&randomness)
      guard ensemble.append(growth.nodes) else {
        throw CordonError(
          .exhausted, "model-size", "\(trees) trees of \(size) rows have more than \(TreeEnsemble.nodeLimit) nodes.",
          remedy: "Ask for fewer trees or a smaller sample.")
      }
    }
    guard let forest = IsolationForest(trees: ensemble, sampleSize: size) else { throw TrainingData.defect }
    return forest
  }

  /// ⌈log₂ size⌉: where the mean path of a random tree is reached.
  static func depthLimit(_ size: Int) -> Int { Int.bitWidth - (size - 1).leadingZeroBitCount }
}

/// One isolation tree while it grows: the sample's rows, partitioned in place.
struct IsolationTreeGrowth {
  private let matrix: FeatureMatrix
  private var rows: [Int]
  private let depthLimit: Int
  private(set) var nodes: [TreeEnsemble.Node] = []

  init(matrix: FeatureMatrix, rows: [Int], depthLimit: Int) {
    self.matrix = matrix
    self.rows = rows
    self.depthLimit = depthLimit
  }

  private struct Pending {
    var node: Int
    var range: Range<Int>
    var depth: Int
  }

  mutating func grow(_ randomness: inout ModelRandomness) {
    nodes = [.leaf(0)]
    var pending = [Pending(node: 0, range: 0..<rows.count, depth: 0)]
    while let next = pending.popLast() {
      guard next.depth < depthLimit, next.range.count > 1, let split = split(next.range, &randomness) else {
        nodes[next.node] = .leaf(Float(Double(next.depth) + IsolationForest.usualPath(next.range.count)))
        continue
      }
      let middle = partition(next.range, split)
      let left = nodes.count
      nodes[next.node] = .split(
        feature: split.feature, threshold: split.threshold, left: left, missingLeft: split.missingLeft)
      nodes.append(.leaf(0))
      nodes.append(.leaf(0))
      pending.append(Pending(node: left + 1, range: middle..<next.range.upperBound, depth: next.depth + 1))
      pending.append(Pending(node: left, range: next.range.lowerBound..<middle, depth: next.depth + 1))
    }
  }

  private struct Split {
    var feature: Int
    var threshold: Float
    var missingLeft: Bool
  }

  /// A feature that varies in the node and a threshold within its range; nil where none varies.
  private func split(_ range: Range<Int>, _ randomness: inout ModelRandomness) -> Split? {
    // Most features vary in most nodes: draw first, and only after several misses look at all.
    for _ in 0..<Self.quickDraws {
      let feature = randomness.below(matrix.columns)
      if let bounds = bounds(of: feature, in: range) { return cut(feature, bounds, range, &randomness) }
    }
    var varying: [(feature: Int, bounds: ClosedRange<Float>)] = []
    for feature in 0..<matrix.columns {
      if let bounds = bounds(of: feature, in: range) { varying.append((feature, bounds)) }
    }
    guard !varying.isEmpty else { return nil }
    let chosen = varying[randomness.below(varying.count)]
    return cut(chosen.feature, chosen.bounds, range, &randomness)
  }

  private static let quickDraws = 4

  private func cut(
    _ feature: Int, _ bounds: ClosedRange<Float>, _ range: Range<Int>, _ randomness: inout ModelRandomness
  ) -> Split {
    let low = Double(bounds.lowerBound)
    let drawn = Float(low + randomness.uniform() * (Double(bounds.upperBound) - low))
    // Rounding may reach the maximum, which would leave nothing on the right.
    let threshold = drawn < bounds.upperBound ? max(drawn, bounds.lowerBound) : bounds.lowerBound
    var balance = 0
    for row in rows[range] {
      let value = matrix[row, feature]
      if !value.isNaN { balance += value <= threshold ? 1 : -1 }
    }
    return Split(feature: feature, threshold: threshold, missingLeft: balance >= 0)
  }

  /// Least and greatest present value; nil where they are the same or there is none.
  private func bounds(of feature: Int, in range: Range<Int>) -> ClosedRange<Float>? {
    var least = Float.infinity
    var most = -Float.infinity
    for row in rows[range] {
      let value = matrix[row, feature]
      if value < least { least = value }
      if value > most { most = value }
    }
    return least < most ? least...most : nil
  }

  /// Moves the rows that go left before the others; where the right part starts.
  private mutating func partition(_ range: Range<Int>, _ split: Split) -> Int {
    var middle = range.lowerBound
    for position in range {
      let value = matrix[rows[position], split.feature]
      guard value.isNaN ? split.missingLeft : value <= split.threshold else { continue }
      rows.swapAt(position, middle)
      middle += 1
    }
    return middle
  }
}
