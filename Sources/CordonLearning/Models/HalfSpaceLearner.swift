package import CordonCore

/// Learns half-space trees from a stream, one row at a time, and forgets what is two windows old.
///
/// Tan, Ting, Liu (2011): the space is cut before any row is seen, within ranges that a first sample gives, widened as the
/// paper has it; the masses of the window before score, those of the current one are counted, and change places when it
/// is full. Score first, then learn. Cost of either: trees × depth; memory: 8 bytes a split and 8 a leaf.
package struct HalfSpaceLearner: Sendable {
  /// Masses of the last full window.
  package private(set) var forest: HalfSpaceForest
  /// Rows a window.
  package let window: Int
  private var latest: [UInt32]
  private var learned = 0

  /// Cuts the space by what `sample` shows of each feature's range.
  package init(
    sample: FeatureMatrix, trees: Int = 25, depth: Int = 8, window: Int = 250, seed: UInt64
  ) throws(CordonError) {
    try TrainingData.requireRows(sample)
    precondition(trees > 0 && window > 0 && (1...HalfSpaceForest.depthLimit).contains(depth), "trees have a depth")
    let ranges = (0..<sample.columns).map { column -> ClosedRange<Double> in
      let sorted = TrainingData.sorted(sample, column: column, rows: 0..<sample.rows)
      return Double(sorted.first ?? 0)...Double(sorted.last ?? 0)
    }
    var features: [Int32] = []
    var thresholds: [Float] = []
    for tree in 0..<trees {
      var randomness = ModelRandomness(seed: seed, stream: UInt64(tree))
      Self.cut(ranges, depth: depth, &features, &thresholds, &randomness)
    }
    latest = [UInt32](repeating: 0, count: trees << depth)
    guard
      let forest = HalfSpaceForest(
        columns: sample.columns, depth: depth, features: features, thresholds: thresholds, masses: latest,
        referenceRows: window)
    else {
      throw CordonError(
        .exhausted, "model-size", "\(trees) half-space trees of depth \(depth) have too many leaves.",
        remedy: "Ask for fewer or shallower trees.")
    }
    self.forest = forest
    self.window = window
  }

  package func score(_ row: Span<Float>) -> Double { forest.score(row) }

  /// Counts a row; at the end of a window its masses become those that score.
  package mutating func learn(_ row: Span<Float>) {
    for tree in 0..<forest.treeCount {
      let leaf = forest.leaf(of: row, tree: tree)
      latest[tree << forest.depth + leaf] &+= 1
    }
    learned += 1
    if learned == window { turn() }
  }

  /// Makes what the current window has counted score, however many rows it has.
  mutating func turn() {
    guard learned > 0 else { return }
    if let next = forest.with(masses: latest, referenceRows: learned) { forest = next }
    latest = [UInt32](repeating: 0, count: latest.count)
    learned = 0
  }

  /// One tree in heap order: each split halves the range that is left of a random feature.
  private static func cut(
    _ ranges: [ClosedRange<Double>], depth: Int, _ features: inout [Int32], _ thresholds: inout [Float],
    _ randomness: inout ModelRandomness
  ) {
    // A random middle s of the range, and 2 · max(s, 1 − s) to both sides of it.
    let work = ranges.map { range -> (Double, Double) in
      let share = randomness.uniform()
      let width = range.upperBound - range.lowerBound
      let reach = 2 * max(share, 1 - share) * width
      let middle = range.lowerBound + share * width
      return (middle - reach, middle + reach)
    }
    var spaces = [work]
    for level in 0..<depth {
      var next: [[(Double, Double)]] = []
      for space in spaces {
        let feature = randomness.below(ranges.count)
        let middle = (space[feature].0 + space[feature].1) / 2
        features.append(Int32(feature))
        thresholds.append(min(max(Float(middle), -.greatestFiniteMagnitude), .greatestFiniteMagnitude))
        guard level < depth - 1 else { continue }
        var (left, right) = (space, space)
        left[feature].1 = middle
        right[feature].0 = middle
        next += [left, right]
      }
      spaces = next
    }
  }
}

/// Half-space trees over rows that are all there: one window of them all.
package struct HalfSpaceTrainer: ModelTrainer {
  package var trees: Int
  package var depth: Int

  package init(trees: Int = 25, depth: Int = 8) {
    self.trees = trees
    self.depth = depth
  }

  package func fit(_ matrix: FeatureMatrix, seed: UInt64) throws(CordonError) -> HalfSpaceForest {
    var learner = try HalfSpaceLearner(
      sample: matrix, trees: trees, depth: depth, window: max(1, matrix.rows), seed: seed)
    let values = matrix.values.span
    for row in 0..<matrix.rows { learner.learn(values.extracting(row * matrix.columns..<(row + 1) * matrix.columns)) }
    return learner.forest
  }
}
