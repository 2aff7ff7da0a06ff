import CordonLearning
import CordonTestSupport
import Testing

/// Shapley values of boosted trees: what `shap` says, and what the definition says.
@Suite struct TreeShapleyTests {
  /// Unbalanced, and one feature splits twice on a way.
  static let tree: [TreeEnsemble.Node] = [
    .split(feature: 0, threshold: 0.5, left: 1), .split(feature: 1, threshold: 2, left: 3), .leaf(3),
    .split(feature: 0, threshold: -1, left: 5), .split(feature: 2, threshold: 0, left: 7), .leaf(4), .leaf(-2),
    .leaf(1),
    .leaf(7),
  ]

  static func model(_ all: [[TreeEnsemble.Node]], columns: Int) throws -> FlatModel {
    var trees = TreeEnsemble(columns: columns)
    for tree in all {
      let isAdded = trees.append(tree)
      #expect(isAdded)
    }
    return .boostedTrees(try #require(BoostedTrees(trees: trees, base: 0, link: .identity)))
  }

  /// Of shap 0.51.0: `TreeExplainer` on the same tree, each child with half of its parent's `node_sample_weight`.
  @Test(
    arguments: [
      ([0, 1, 5], [-2.75, -2.5, 0.5]), ([-3, 1, 5], [1.75, -1, 0.5]), ([0, 3, -1], [-1.25, 1.25, -1.75]),
      ([0, 3, 1], [0, 2.5, 1.75]), ([2, 3, 1], [-0.75, 0.5, 0.5]),
    ] as [([Float], [Double])])
  func `parts are those of shap`(row: [Float], expected: [Double]) throws {
    let parts = try Self.model([Self.tree], columns: 3).contributions(row)
    #expect(zip(parts, expected).allSatisfy { abs($0 - $1) < 1e-12 }, "\(parts)")
  }

  /// A tree's mean where only some features are known: a split on another goes both ways.
  static func mean(_ tree: [TreeEnsemble.Node], _ row: [Float], known: Set<Int>, from node: Int = 0) -> Double {
    let split = tree[node]
    guard split.feature != TreeEnsemble.leaf else { return Double(split.threshold) }
    let (left, right) = (Int(split.left), Int(split.left) + 1)
    guard known.contains(Int(split.feature)) else {
      return (mean(tree, row, known: known, from: left) + mean(tree, row, known: known, from: right)) / 2
    }
    return mean(tree, row, known: known, from: row[Int(split.feature)] <= split.threshold ? left : right)
  }

  /// The definition: a feature's rise, averaged over all orders in which features become known.
  static func definition(_ tree: [TreeEnsemble.Node], _ row: [Float]) -> [Double] {
    var parts = [Double](repeating: 0, count: row.count)
    var orders = 0.0
    func visit(_ order: [Int], _ rest: Set<Int>) {
      guard !rest.isEmpty else {
        orders += 1
        var known: Set<Int> = []
        for feature in order {
          let before = mean(tree, row, known: known)
          known.insert(feature)
          parts[feature] += mean(tree, row, known: known) - before
        }
        return
      }
      for feature in rest { visit(order + [feature], rest.subtracting([feature])) }
    }
    visit([], Set(row.indices))
    return parts.map { $0 / orders }
  }

  static func randomTree(columns: Int, splits: Int, _ randomness: inout SeededRandomness) -> [TreeEnsemble.Node] {
    var tree = [TreeEnsemble.Node.leaf(Float.random(in: -3...3, using: &randomness))]
    for _ in 0..<splits {
      let leaves = tree.indices.filter { tree[$0].feature == TreeEnsemble.leaf }
      let node = leaves[Int.random(in: 0..<leaves.count, using: &randomness)]
      tree[node] = .split(
        feature: Int.random(in: 0..<columns, using: &randomness),
        threshold: Float.random(in: -1...1, using: &randomness),
        left: tree.count)
      for _ in 0..<2 { tree.append(.leaf(Float.random(in: -3...3, using: &randomness))) }
    }
    return tree
  }

  @Test(arguments: 1...12) func `parts are those of the definition`(splits: Int) throws {
    var randomness = SeededRandomness(seed: UInt64(splits))
    let trees = (0..<3).map { _ in Self.randomTree(columns: 5, splits: splits, &randomness) }
    let row = (0..<5).map { _ in Float.random(in: -1...1, using: &randomness) }
    let parts = try Self.model(trees, columns: 5).contributions(row)
    let expected = trees.map { Self.definition($0, row) }
    for feature in row.indices {
      #expect(abs(parts[feature] - expected.reduce(0) { $0 + $1[feature] }) < 1e-12)
    }
  }

  /// Deeper than is walked, and ways that meet again: each explained along the row's way, in no time.
  @Test func `what would take long is explained along the way`() throws {
    // Each right child splits again; node 2i + 1 is split i's left child, a leaf.
    var chain: [TreeEnsemble.Node] = []
    for depth in 0..<2000 {
      chain.append(.split(feature: depth % 2, threshold: 0, left: 2 * depth + 1))
      chain.append(.leaf(1))
    }
    let model = try Self.model([chain + [.leaf(2)]], columns: 2)
    #expect(model.contributions([1, 1]).allSatisfy { $0.isFinite })
    let diamond = (0..<60).map { TreeEnsemble.Node.split(feature: $0 % 2, threshold: 0, left: $0 + 1) }
    let meeting = try Self.model([diamond + [.leaf(1), .leaf(2)]], columns: 2)
    #expect(meeting.contributions([1, 1]).allSatisfy { $0.isFinite })
  }
}
