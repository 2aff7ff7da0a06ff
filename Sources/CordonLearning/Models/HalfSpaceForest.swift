import Glibc

/// How empty the part of space is in which a row lies.
///
/// Tan, Ting, Liu: "Fast anomaly detection for streaming data" (2011). Each tree is complete, in heap order (children of
/// node i are 2i + 1 and 2i + 2), halves a feature's range at each split, and counts the reference rows in each node. A
/// row's mass in a tree is rows × 2^depth at its leaf; the score is −log₂ of the mean mass over that of evenly spread
/// rows, so that empty space scores high. A missing value goes left. Bounded. Cost: trees × depth; memory: 8 bytes a
/// split and 4 a leaf.
package struct HalfSpaceForest: AnomalyModel {
  package static let depthLimit = 15
  package static let nodeLimit = 1 << 20

  package let columns: Int
  /// Splits on every way from root to leaf.
  package let depth: Int
  /// Feature of each split, tree after tree, 2^depth − 1 a tree.
  package let features: [Int32]
  /// Threshold of each split; a value at most it goes left.
  package let thresholds: [Float]
  /// Reference rows in each leaf, tree after tree, 2^depth a tree.
  package let masses: [UInt32]
  /// Rows that the masses were counted over.
  package let referenceRows: Int

  package var treeCount: Int { masses.count >> depth }
  package var byteCount: Int { 8 * features.count + 4 * masses.count }

  /// Nil where shapes do not fit, a feature is out of range, a threshold is not finite, or a limit is passed.
  package init?(
    columns: Int, depth: Int, features: [Int32], thresholds: [Float], masses: [UInt32], referenceRows: Int
  ) {
    guard columns > 0, (1...Self.depthLimit).contains(depth), referenceRows > 0, !masses.isEmpty,
      masses.count <= Self.nodeLimit, masses.count.isMultiple(of: 1 << depth),
      features.count == (masses.count >> depth) * ((1 << depth) - 1), thresholds.count == features.count,
      thresholds.allSatisfy(\.isFinite), features.allSatisfy({ (0..<Int32(columns)).contains($0) })
    else { return nil }
    self.columns = columns
    self.depth = depth
    self.features = features
    self.thresholds = thresholds
    self.masses = masses
    self.referenceRows = referenceRows
  }

  /// The same trees with other masses; nil where the count does not fit.
  func with(masses: [UInt32], referenceRows: Int) -> HalfSpaceForest? {
    HalfSpaceForest(
      columns: columns, depth: depth, features: features, thresholds: thresholds, masses: masses,
      referenceRows: referenceRows)
  }

  package func score(_ row: Span<Float>) -> Double {
    precondition(row.count == columns, "a row has one value a feature")
    var mass = 0.0
    for tree in 0..<treeCount { mass += Double(masses[tree << depth + leaf(of: row, tree: tree)]) }
    let mean = mass / Double(treeCount) * Double(1 << depth)
    // Half a row a leaf stands for none, so that the logarithm exists.
    return -log2((mean + 0.5) / Double(referenceRows))
  }

  /// Position among the tree's leaves.
  func leaf(of row: Span<Float>, tree: Int) -> Int {
    let splits = (1 << depth) - 1
    let base = tree * splits
    var node = 0
    for _ in 0..<depth {
      let value = row[Int(features[base + node])]
      node = 2 * node + (value > thresholds[base + node] ? 2 : 1)
    }
    return node - splits
  }
}
