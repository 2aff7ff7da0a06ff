/// Binary decision trees, flat: what isolation forests and boosted trees score with.
///
/// Node i of a tree holds a feature, a threshold and the index of its left child; the right child follows it. A value
/// goes left when it is at most the threshold (`BRANCH_LEQ`; a `<` split is the same with the next smaller Float). A
/// missing value goes where `missingLeft` says. A leaf has feature −1 and its value in `threshold`. Children come after
/// their parents, so that every walk ends. Cost of a score: the trees' depths; memory: 25 bytes a node.
package struct TreeEnsemble: Hashable, Sendable {
  /// Most nodes over all trees: what keeps a bundle under its limit.
  package static let nodeLimit = 1 << 20
  package static let leaf: Int32 = -1

  /// Features that a row must have.
  package let columns: Int
  /// First node of each tree.
  package private(set) var roots: [Int32] = []
  /// Feature of each node; `leaf` for a leaf.
  package private(set) var features: [Int32] = []
  /// Threshold of a split, or the value of a leaf.
  package private(set) var thresholds: [Float] = []
  /// Left child of a split, 0 for a leaf; the right child is the next node.
  package private(set) var lefts: [Int32] = []
  package private(set) var missingLeft: [Bool] = []

  /// The same nodes as scoring walks them, each in one piece.
  private(set) var steps: [Step] = []
  /// Splits on the longest way of each tree.
  private(set) var depths: [Int32] = []

  /// A node to walk over without a branch: a leaf leads to itself, so that short ways wait for long ones.
  struct Step: Hashable, Sendable {
    /// Infinite for a leaf: everything goes left, which is the leaf.
    var threshold: Float
    var feature: UInt32
    var left: UInt32
  }

  package init(columns: Int) { self.columns = columns }

  /// One node of a tree as it is given to `append`: indices are within the tree, 0 is the root.
  package struct Node: Hashable, Sendable {
    package var feature: Int32
    package var threshold: Float
    package var left: Int32
    package var missingLeft: Bool

    package static func split(feature: Int, threshold: Float, left: Int, missingLeft: Bool = false) -> Node {
      Node(feature: Int32(feature), threshold: threshold, left: Int32(left), missingLeft: missingLeft)
    }

    package static func leaf(_ value: Float) -> Node {
      Node(feature: TreeEnsemble.leaf, threshold: value, left: 0, missingLeft: false)
    }
  }

  /// Adds a tree.
  ///
  /// False, and nothing changes, for no nodes, a feature outside the row, a child at or before its parent or outside the
  /// tree, a threshold or value that is not finite, or more nodes than `nodeLimit`.
  package mutating func append(_ tree: [Node]) -> Bool {
    let base = features.count
    guard !tree.isEmpty, base + tree.count <= Self.nodeLimit else { return false }
    for (index, node) in tree.enumerated() {
      guard node.threshold.isFinite else { return false }
      if node.feature == Self.leaf { continue }
      guard (0..<Int32(columns)).contains(node.feature), node.left > index, Int(node.left) + 1 < tree.count else {
        return false
      }
    }
    roots.append(Int32(base))
    var levels = [Int32](repeating: 0, count: tree.count)
    for (index, node) in tree.enumerated() {
      let isLeaf = node.feature == Self.leaf
      if !isLeaf {
        levels[Int(node.left)] = levels[index] + 1
        levels[Int(node.left) + 1] = levels[index] + 1
      }
      steps.append(
        Step(
          threshold: isLeaf ? .infinity : node.threshold, feature: isLeaf ? 0 : UInt32(node.feature),
          left: UInt32(base) + (isLeaf ? UInt32(index) : UInt32(node.left))))
      features.append(node.feature)
      thresholds.append(node.threshold)
      lefts.append(node.feature == Self.leaf ? 0 : node.left + Int32(base))
      missingLeft.append(node.missingLeft)
    }
    depths.append(levels.max() ?? 0)
    return true
  }
}
