import CordonLearning
import Testing

@Suite struct TreeEnsembleScoringTests {
  /// A chain of so many splits: each one's left child is a leaf that holds its number, the right one splits on.
  static func chain(_ splits: Int) -> [TreeEnsemble.Node] {
    var nodes: [TreeEnsemble.Node] = []
    for split in 0..<splits {
      nodes.append(
        .split(feature: split % 2, threshold: Float(split - 12), left: 2 * split + 1, missingLeft: split == 1))
      nodes.append(.leaf(Float(split)))
    }
    return nodes + [.leaf(Float(splits))]
  }

  /// What a reader would write: one node at a time.
  static func plainSum(_ trees: TreeEnsemble, _ row: [Float]) -> Double {
    trees.roots.reduce(0) { sum, root in
      var node = Int(root)
      while trees.features[node] != TreeEnsemble.leaf {
        let value = row[Int(trees.features[node])]
        let isLeft = value.isNaN ? trees.missingLeft[node] : value <= trees.thresholds[node]
        node = Int(trees.lefts[node]) + (isLeft ? 0 : 1)
      }
      return sum + Double(trees.thresholds[node])
    }
  }

  /// Any number of trees of any depth: those side by side, those left over, rows with and without missing values.
  @Test(arguments: [1, 7, 8, 9, 16, 21]) func `walking side by side finds the same leaves`(count: Int) throws {
    var trees = TreeEnsemble(columns: 2)
    for tree in 0..<count {
      let isAdded = trees.append(Self.chain(1 + tree * 5 % 13))
      #expect(isAdded)
    }
    var randomness = ModelRandomness(seed: UInt64(count))
    for _ in 0..<200 {
      // Whole numbers meet thresholds exactly.
      var row = [Float(randomness.below(16) - 13), Float(randomness.uniform() * 20 - 15)]
      if randomness.below(4) == 0 { row[randomness.below(2)] = .nan }
      let model = try #require(BoostedTrees(trees: trees, base: 0, link: .identity))
      #expect(model.score(row) == Self.plainSum(trees, row))
    }
  }
}
