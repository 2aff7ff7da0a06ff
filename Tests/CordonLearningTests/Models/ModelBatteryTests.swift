import CordonCore
import CordonLearning
import Testing

/// What holds of every model that Cordon trains.
@Suite struct ModelBatteryTests {
  static let sample = ModelSamples.labelled(600)

  static func fit(_ recipe: ModelRecipe, _ matrix: FeatureMatrix = sample.matrix, seed: UInt64 = 3) throws -> FlatModel
  {
    try recipe.fit(matrix, labels: recipe.needsLabels ? sample.labels : nil, seed: seed)
  }

  @Test(arguments: ModelRecipe.allCases) func `same seed, same model`(_ recipe: ModelRecipe) throws {
    let model = try Self.fit(recipe)
    #expect(try Self.fit(recipe) == model)
    // Tails draw nothing below their row limit; projections neither.
    let other = try Self.fit(recipe, seed: 4)
    #expect((other == model) == [.tails, .projection, .boostedTrees].contains(recipe))
  }

  @Test(arguments: ModelRecipe.allCases) func `threads change nothing`(_ recipe: ModelRecipe) async throws {
    let alone = try Self.fit(recipe)
    var together: [FlatModel] = []
    try await withThrowingTaskGroup(of: FlatModel.self) { group in
      for _ in 0..<2 { group.addTask { try Self.fit(recipe) } }
      for try await model in group { together.append(model) }
    }
    #expect(together.allSatisfy { $0 == alone })
  }

  /// Bad rows are found wherever their features stand.
  @Test(arguments: ModelRecipe.allCases) func `the order of features does not matter`(_ recipe: ModelRecipe) throws {
    let order = [3, 0, 4, 2, 1]
    var permuted = FeatureMatrix(columns: ModelSamples.columns)
    for row in 0..<Self.sample.matrix.rows { permuted.append(order.map { Self.sample.matrix[row, $0] }) }
    let straight = try Self.fit(recipe).scores(Self.sample.matrix)
    let other = try Self.fit(recipe, permuted).scores(permuted)
    let (first, second) = (
      try #require(RankMetrics(scores: straight, labels: Self.sample.labels)).auroc,
      try #require(RankMetrics(scores: other, labels: Self.sample.labels)).auroc
    )
    #expect(abs(first - second) < 0.04)
  }

  /// Without a random choice of features, the very scores are the same.
  @Test(arguments: [ModelRecipe.tails, .projection]) func `deterministic models ignore order`(_ recipe: ModelRecipe)
    throws
  {
    let order = [3, 0, 4, 2, 1]
    var permuted = FeatureMatrix(columns: ModelSamples.columns)
    for row in 0..<Self.sample.matrix.rows { permuted.append(order.map { Self.sample.matrix[row, $0] }) }
    let pairs = zip(
      try Self.fit(recipe).scores(Self.sample.matrix), try Self.fit(recipe, permuted).scores(permuted))
    #expect(pairs.allSatisfy { abs($0 - $1) < 1e-3 * max(1, abs($0)) })
  }

  @Test(arguments: ModelRecipe.allCases) func `memory is bounded whatever the rows`(_ recipe: ModelRecipe) throws {
    let model = try Self.fit(recipe)
    #expect(model.byteCount > 0)
    #expect(model.byteCount < ModelBundle.byteLimit)
    guard !recipe.needsLabels else { return }
    let twice = try recipe.fit(ModelSamples.normal(2_400), labels: nil, seed: 3)
    #expect(Double(twice.byteCount) < 1.3 * Double(model.byteCount))
  }

  /// A row of nothing, of extremes, of one missing value at each place.
  static let hostile: [[Float]] =
    [
      [Float](repeating: .nan, count: 5), [Float](repeating: .greatestFiniteMagnitude, count: 5),
      [Float](repeating: -.greatestFiniteMagnitude, count: 5), [Float](repeating: 0, count: 5),
      [Float](repeating: .leastNonzeroMagnitude, count: 5),
    ] + (0..<5).map { place in (0..<5).map { $0 == place ? .nan : 1 } }

  @Test(arguments: ModelRecipe.allCases) func `scores are finite on missing and extreme values`(
    _ recipe: ModelRecipe
  ) throws {
    let model = try Self.fit(recipe)
    for row in Self.hostile { #expect(model.score(row).isFinite, "\(recipe) on \(row)") }
    // Trained on rows that lack a third of their values, and one feature altogether.
    var holes = Self.sample.matrix
    var randomness = ModelRandomness(seed: 9)
    for row in 0..<holes.rows {
      for column in 0..<4 where randomness.uniform() < 0.3 { holes[row, column] = .nan }
      holes[row, 4] = .nan
    }
    let trained = try Self.fit(recipe, holes)
    #expect(trained.scores(holes).allSatisfy { $0.isFinite })
    #expect(Self.hostile.allSatisfy { trained.score($0).isFinite })
  }

  @Test(arguments: ModelRecipe.allCases) func `degenerate rows give a model or a refusal`(_ recipe: ModelRecipe) throws
  {
    let constant = FeatureMatrix(columns: 2, values: [1, 2, 1, 2, 1, 2, 1, 2])
    let one = FeatureMatrix(columns: 2, values: [1, 2])
    let extreme = FeatureMatrix(columns: 1, values: [-.greatestFiniteMagnitude, 0, .greatestFiniteMagnitude, 1])
    for matrix in [constant, one, extreme] {
      let labels = (0..<matrix.rows).map { $0.isMultiple(of: 2) }
      if recipe.needsLabels && matrix.rows == 1 { continue }
      let model = try recipe.fit(matrix, labels: recipe.needsLabels ? labels : nil, seed: 1)
      #expect(model.scores(matrix).allSatisfy { $0.isFinite }, "\(recipe) on \(matrix)")
    }
    let none = FeatureMatrix(columns: 2)
    let error = #expect(throws: CordonError.self) {
      _ = try recipe.fit(none, labels: recipe.needsLabels ? [] : nil, seed: 1)
    }
    #expect(error?.code == "no-rows")
  }

  @Test(arguments: ModelRecipe.allCases.filter(\.needsLabels)) func `labels of one class are refused`(
    _ recipe: ModelRecipe
  ) {
    let error = #expect(throws: CordonError.self) {
      _ = try recipe.fit(Self.sample.matrix, labels: Self.sample.labels.map { _ in true }, seed: 1)
    }
    #expect(error?.code == "one-class")
  }

  /// 10 times and 1,000 times an exfiltration rank apart.
  @Test(arguments: [ModelRecipe.tails, .projection, .neighbours, .autoencoder, .ensemble])
  func `the score grows without bound with magnitude`(_ recipe: ModelRecipe) throws {
    let model = try recipe.fit(ModelSamples.normal(600), labels: nil, seed: 3)
    let usual: [Float] = [4, 400, 0, 4e6, 0]
    let scores = [1, 10, 1_000, 100_000].map { times -> Double in
      var row = usual
      row[4] = 10 * Float(times)
      return model.score(row)
    }
    #expect(zip(scores, scores.dropFirst()).allSatisfy { $1 > $0 * 1.01 }, "\(scores)")
  }

  /// Least AUROC on the seeded rows: a model below it has lost its way.
  static let floors: [(recipe: ModelRecipe, auroc: Double)] = [
    (.isolationForest, 0.95), (.extendedForest, 0.93), (.halfSpaces, 0.85), (.tails, 0.95), (.projection, 0.9),
    (.neighbours, 0.95), (.autoencoder, 0.85), (.ensemble, 0.97), (.boostedTrees, 0.95), (.logisticRegression, 0.99),
  ]

  @Test(arguments: floors) func `quality stays above its floor`(recipe: ModelRecipe, auroc: Double) throws {
    let test = ModelSamples.labelled(1_000, seed: 5)
    let ranks = RankMetrics(scores: try Self.fit(recipe).scores(test.matrix), labels: test.labels)
    #expect(try #require(ranks).auroc > auroc, "\(recipe): \(String(describing: ranks))")
  }

  /// Every recipe has a floor.
  @Test func noRecipeIsForgotten() { #expect(Self.floors.map(\.recipe) == ModelRecipe.allCases) }

  /// Scores of one row, pinned: a change means another model under the same name.
  static let pinned: [(recipe: ModelRecipe, score: Double)] = [
    (.isolationForest, 0.585_846_098_620_700_7), (.extendedForest, 0.568_652_390_410_079),
    (.halfSpaces, -4.877_235_454_846_955), (.tails, 8.909_699_993_478_814), (.projection, 4.465_332_212_603_12),
    (.neighbours, 1.679_617_631_999_802_4), (.autoencoder, 0.399_276_238_759_721_24),
    (.ensemble, 2.207_440_470_852_554_3), (.boostedTrees, 4.071_954_067_477_000_5e-5),
    (.logisticRegression, 0.391_630_541_952_968_15),
  ]

  @Test(arguments: pinned) func `scores are pinned`(recipe: ModelRecipe, score: Double) throws {
    let found = try Self.fit(recipe).score([5, 480, 3, 1e6, 9])
    #expect(abs(found - score) < 1e-6 * max(1, abs(score)), "\(recipe) scores \(found)")
  }
}
