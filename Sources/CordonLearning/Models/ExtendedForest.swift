/// An isolation forest whose splits are slanted: weighted sums of a few features.
///
/// Hariri, Kind, Brunner: "Extended isolation forest" (2019), with `terms` features a split, so that a node stays small
/// in wide rows. Sees what is strange only in combination. A row goes left where its weighted sum is at most the
/// threshold; a missing value counts as the feature's `fills`. Score and leaves as in `IsolationForest`. Cost: trees ×
/// depth × terms; memory: 8 + 8·terms bytes a node.
package struct ExtendedForest: AnomalyModel {
  package static let nodeLimit = 1 << 18
  package static let termLimit = 16

  /// What stands for a missing value, one a feature.
  package let fills: [Float]
  /// Features in each split's sum.
  package let terms: Int
  package let sampleSize: Int
  /// First node of each tree.
  package let roots: [Int32]
  /// Left child of a split, 0 for a leaf; the right child is the next node.
  package let lefts: [Int32]
  /// Threshold of a split, or the path length of a leaf.
  package let thresholds: [Float]
  /// `terms` a node; unused in a leaf.
  package let features: [Int32]
  /// `terms` a node; unused in a leaf.
  package let weights: [Float]
  private let scale: Double

  package var columns: Int { fills.count }
  package var byteCount: Int { 4 * (fills.count + roots.count) + lefts.count * (8 + 8 * terms) }

  /// Nil where shapes do not fit, a feature or child is out of range, a child is not after its parent, a number is not
  /// finite, or a limit is passed.
  package init?(
    fills: [Float], terms: Int, sampleSize: Int, roots: [Int32], lefts: [Int32], thresholds: [Float],
    features: [Int32], weights: [Float]
  ) {
    let nodes = lefts.count
    guard !fills.isEmpty, (1...Self.termLimit).contains(terms), sampleSize >= 2, !roots.isEmpty, nodes > 0,
      nodes <= Self.nodeLimit, thresholds.count == nodes, features.count == nodes * terms,
      weights.count == nodes * terms, fills.allSatisfy(\.isFinite), thresholds.allSatisfy(\.isFinite),
      weights.allSatisfy(\.isFinite), features.allSatisfy({ (0..<Int32(fills.count)).contains($0) }),
      roots.allSatisfy({ (0..<Int32(nodes)).contains($0) }),
      lefts.enumerated().allSatisfy({ $1 == 0 || ($1 > $0 && Int($1) + 1 < nodes) })
    else { return nil }
    self.fills = fills
    self.terms = terms
    self.sampleSize = sampleSize
    self.roots = roots
    self.lefts = lefts
    self.thresholds = thresholds
    self.features = features
    self.weights = weights
    scale = 1 / (Double(roots.count) * IsolationForest.usualPath(sampleSize))
  }

  package func score(_ row: Span<Float>) -> Double {
    precondition(row.count == columns, "a row has one value a feature")
    var path = 0.0
    for root in roots { path += Double(thresholds[leaf(of: row, from: Int(root))]) }
    return IsolationForest.score(path: path * scale)
  }

  private func leaf(of row: Span<Float>, from root: Int) -> Int {
    var node = root
    while lefts[node] != 0 {
      var sum = 0.0
      for term in node * terms..<(node + 1) * terms {
        let feature = Int(features[term])
        let value = row[feature]
        sum += Double(weights[term]) * Double(value.isNaN ? fills[feature] : value)
      }
      node = Int(lefts[node]) + (sum <= Double(thresholds[node]) ? 0 : 1)
    }
    return node
  }
}
