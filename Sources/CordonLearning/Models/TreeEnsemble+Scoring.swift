extension TreeEnsemble {
  package var byteCount: Int { 13 * features.count + 4 * roots.count }

  /// The sum of the leaves in which a row ends, over all trees.
  package func sum(_ row: Span<Float>) -> Double {
    precondition(row.count == columns, "a row has one value a feature")
    var sum = 0.0
    for root in roots { sum += Double(thresholds[leaf(of: row, from: Int(root))]) }
    return sum
  }

  /// The node in which a row's walk from a root ends.
  func leaf(of row: Span<Float>, from root: Int) -> Int {
    var node = root
    while features[node] != Self.leaf {
      let value = row[Int(features[node])]
      let goesLeft = value.isNaN ? missingLeft[node] : value <= thresholds[node]
      node = Int(lefts[node]) + (goesLeft ? 0 : 1)
    }
    return node
  }
}
