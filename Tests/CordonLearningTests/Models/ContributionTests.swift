import CordonLearning
import Glibc
import Testing

/// What each feature carries, on cases that a reader can compute, and on every trained model.
@Suite struct ContributionTests {
  /// 0, 1, 2, 5 over the corners of a square: what one feature adds depends on the other, and both share it.
  static let square = [
    TreeEnsemble.Node.split(feature: 0, threshold: 0.5, left: 1), .split(feature: 1, threshold: 0.5, left: 3),
    .split(feature: 1, threshold: 0.5, left: 5), .leaf(0), .leaf(1), .leaf(2), .leaf(5),
  ]

  @Test(
    arguments: [
      ([0, 0], [-1.25, -0.75]), ([0, 1], [-1.75, 0.75]), ([1, 0], [1.25, -1.25]), ([1, 1], [1.75, 1.25]),
    ] as [([Float], [Double])])
  func `a tree's rise is shared by its features`(row: [Float], parts: [Double]) throws {
    var trees = TreeEnsemble(columns: 2)
    let isAdded = trees.append(Self.square)
    #expect(isAdded)
    let model = FlatModel.boostedTrees(try #require(BoostedTrees(trees: trees, base: 0, link: .identity)))
    #expect(zip(model.contributions(row), parts).allSatisfy { abs($0 - $1) < 1e-12 })
    // The mean over the corners, 2, and the parts are the score.
    #expect(abs(2 + parts.reduce(0, +) - model.score(row)) < 1e-12)
  }

  @Test func `a linear model's parts are weight times value`() throws {
    let scaling = try #require(InputScaling(offsets: [1, 0], factors: [2, 1]))
    let layer = try #require(
      DenseNetwork.Layer(inputs: 2, outputs: 1, weights: [3, -1], bias: [0.5], activation: .sigmoid))
    let network = try #require(DenseNetwork(layers: [layer]))
    let model = FlatModel.network(try #require(NetworkModel(scaling: scaling, network: network, output: .column(0))))
    #expect(model.contributions([2, 4]) == [6, -4])
  }

  static let sample = ModelSamples.normal(600)

  /// Where the split is exact, the parts are the score, but for the rounding of components to Floats.
  @Test(arguments: [ModelRecipe.tails, .projection, .neighbours, .autoencoder])
  func `parts add up to the score`(_ recipe: ModelRecipe) throws {
    let model = try recipe.fit(Self.sample, labels: nil, seed: 1)
    for row in [[4, 420, 0.5, 3e6, 20], [0, 0, .nan, 0, 0], [100, -1, 2, 1e9, 1]] as [[Float]] {
      let (parts, score) = (model.contributions(row), model.score(row))
      #expect(abs(parts.reduce(0, +) - score) < 1e-3 * max(1, score), "\(recipe) on \(row)")
    }
  }

  /// A row that is usual but for one feature is explained by that feature.
  @Test(arguments: ModelRecipe.allCases.filter { !$0.needsLabels && $0 != .halfSpaces })
  func `the strange feature carries the most`(_ recipe: ModelRecipe) throws {
    let model = try recipe.fit(Self.sample, labels: nil, seed: 1)
    let parts = model.contributions([4, 400, 0, 4e6, 400])
    #expect(parts.allSatisfy { $0.isFinite })
    #expect(parts.indices.max { parts[$0] < parts[$1] } == 4, "\(recipe): \(parts)")
  }

  /// An isolation forest's parts add up to what sets the row apart from the mean way of the rows that it learned from.
  @Test func `an isolation forest's parts are counted from its rows' mean`() throws {
    // 64 rows: one is cut off at once, the others stay together.
    var trees = TreeEnsemble(columns: 2)
    let usual = IsolationForest.usualPath(63)
    let isAdded = trees.append([.split(feature: 1, threshold: 5, left: 1), .leaf(Float(1 + usual)), .leaf(1)])
    #expect(isAdded)
    let forest = try #require(IsolationForest(trees: trees, sampleSize: 64))
    let model = FlatModel.isolationForest(forest)
    let whole = IsolationForest.usualPath(64)
    func score(path: Double) -> Double { exp2(-path / whole) }
    let mean = score(path: 1 + usual * 63 / 64)
    for (row, path) in [([0, 9], 1.0), ([9, 0], 1 + usual)] as [([Float], Double)] {
      let parts = model.contributions(row)
      #expect(parts[0] == 0)
      #expect(abs(parts[1] - (score(path: path) - mean)) < 1e-6, "\(parts)")
    }
  }
}
