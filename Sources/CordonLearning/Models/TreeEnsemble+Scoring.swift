extension TreeEnsemble {
  package var byteCount: Int { 25 * features.count + 8 * roots.count }

  /// Trees that are walked side by side, so that one's memory access hides behind another's; a hundred leave none over.
  static let lanes = 10

  /// The sum of the leaves in which a row ends, over all trees in their order.
  package func sum(_ row: Span<Float>) -> Double {
    precondition(row.count == columns, "a row has one value a feature")
    var hasMissing = false
    for column in 0..<columns where row[column].isNaN { hasMissing = true }
    guard !hasMissing else { return sumOneByOne(row) }
    var sum = 0.0
    var tree = 0
    // Buffers, because every access would be checked: `append` has made sure that each step's feature is in the row and
    // each child in the tree.
    row.withUnsafeBufferPointer { row in
      steps.withUnsafeBufferPointer { steps in
        while tree + Self.lanes <= roots.count {
          sum += sumOfLanes(from: tree, row, steps)
          tree += Self.lanes
        }
      }
    }
    for last in tree..<roots.count { sum += Double(thresholds[leaf(of: row, from: Int(roots[last]))]) }
    return sum
  }

  @inline(__always) private func sumOfLanes(
    from tree: Int, _ row: UnsafeBufferPointer<Float>, _ steps: UnsafeBufferPointer<Step>
  ) -> Double {
    var nodes = InlineArray<10, Int>(repeating: 0)
    var depth: Int32 = 0
    for lane in 0..<Self.lanes {
      nodes[lane] = Int(roots[tree + lane])
      depth = max(depth, depths[tree + lane])
    }
    for _ in 0..<depth {
      for lane in 0..<Self.lanes {
        let step = steps[nodes[lane]]
        nodes[lane] = Int(step.left) + (row[Int(step.feature)] > step.threshold ? 1 : 0)
      }
    }
    var sum = 0.0
    for lane in 0..<Self.lanes { sum += Double(thresholds[nodes[lane]]) }
    return sum
  }

  private func sumOneByOne(_ row: Span<Float>) -> Double {
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
