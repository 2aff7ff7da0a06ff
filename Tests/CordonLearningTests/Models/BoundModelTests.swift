import CordonCore
import CordonLearning
import CordonTestSupport
import Testing

/// A model runs on a schema that contains its features, in any order; what is missing or means something else is named.
@Suite struct BoundModelTests {
  private static let schema = EntityScorerTests.schema

  private static func digest(_ feature: FeatureDefinition) -> UInt64 { UInt64(feature.id) * 7 }

  private static func feature(_ position: Int, _ transform: FeatureTransform = .log1p) -> ModelBundle.Feature {
    let known = schema.features[position]
    return ModelBundle.Feature(id: known.id, digest: digest(known), transform: transform, name: known.name)
  }

  /// Scores the sum of its columns, each with its weight.
  static func bundle(
    _ features: [ModelBundle.Feature], weights: [Float], schema id: UInt32 = schema.id, surprises: Bool = false,
    thresholds: [ScaleThreshold] = [], peers: PeerBaseline? = nil
  ) throws -> ModelBundle {
    let layer = try #require(
      DenseNetwork.Layer(inputs: weights.count, outputs: 1, weights: weights, bias: [0], activation: .identity))
    let network = try #require(DenseNetwork(layers: [layer]))
    let model = try #require(
      NetworkModel(scaling: InputScaling(identity: weights.count), network: network, output: .column(0)))
    let modelID = try #require(UniqueID(bytes: [UInt8](1...16)))
    return try ModelBundle(
      schema: id, features: features, readsSurprises: surprises, model: .network(model), thresholds: thresholds,
      lineage: ModelLineage(modelID: modelID, codeVersion: "0", created: FakeClock.start),
      purpose: "test", seed: 1, peers: peers)
  }

  /// Scores the first feature, raw, times a weight.
  static func scoringFirst(weight: Float) throws -> BoundModel {
    try BoundModel(try bundle([feature(0, .identity)], weights: [weight]), to: schema, digest: digest)
  }

  @Test func `a subset in another order is projected`() throws {
    let both = try BoundModel(
      try Self.bundle([Self.feature(1, .identity), Self.feature(0, .identity)], weights: [1, 100]), to: Self.schema,
      digest: Self.digest)
    #expect(both.score([3, 5], surprises: [0, 0]) == 305)
    let second = try BoundModel(
      try Self.bundle([Self.feature(1, .identity)], weights: [10, 1000], surprises: true), to: Self.schema,
      digest: Self.digest)
    #expect(second.score([3, 5], surprises: [7, 2]) == 2050)
    // A feature's part is its value's and its surprise's together, where the schema has it.
    #expect(both.contributions([3, 5], surprises: [0, 0]) == [300, 5])
    #expect(second.contributions([3, 5], surprises: [7, 2]) == [0, 2050])
  }

  @Test func `what does not fit is refused by name`() throws {
    func refusal(_ bundle: ModelBundle) -> CordonError? {
      #expect(throws: CordonError.self) { try BoundModel(bundle, to: Self.schema, digest: Self.digest) }
    }
    var missing = Self.feature(0)
    missing.id = 9_199
    missing.name = "searches"
    let unknown = refusal(try Self.bundle([missing], weights: [1]))
    #expect(unknown?.code == "feature-missing")
    #expect(unknown?.message.contains("searches (9199)") == true)
    var redefined = Self.feature(1)
    redefined.digest += 1
    let other = refusal(try Self.bundle([redefined], weights: [1]))
    #expect(other?.code == "feature-redefined")
    #expect(other?.message.contains("exports (9102)") == true)
    #expect(refusal(try Self.bundle([Self.feature(0)], weights: [1], schema: 4))?.code == "other-schema")
    let peers = PeerBaseline(featureCount: 5)
    #expect(refusal(try Self.bundle([Self.feature(0)], weights: [1], peers: peers))?.code == "bundle-shape")
  }

  @Test func `a model that reads surprises has twice the columns`() throws {
    expectRefusal("bundle-shape") { _ = try Self.bundle([Self.feature(0)], weights: [1], surprises: true) }
    expectRefusal("bundle-shape") { _ = try Self.bundle([Self.feature(0)], weights: [1, 1]) }
  }

  @Test func `it can raise a score and never lower it`() throws {
    let window = EntityScorerTests.window(hour: 6 * 168 + 10, 212)
    let trained = try EntityScorerTests.trained()
    func score(_ weight: Float) throws -> Double {
      var scorer = trained
      let model = try BoundModel(
        try Self.bundle([Self.feature(0, .identity)], weights: [weight]), to: Self.schema, digest: Self.digest)
      return try scorer.score(window, schema: Self.schema, model: model).score
    }
    var alone = trained
    let baseline = try alone.score(window, schema: Self.schema).score
    #expect(try score(-1) == baseline)
    #expect(try score(1) == 212)
  }

  @Test func `a scale without a threshold stays silent`() throws {
    let bundle = try Self.bundle(
      [Self.feature(0)], weights: [1],
      thresholds: [
        ScaleThreshold(scale: "3h", threshold: 4, budgetShare: 0.01, entityDays: 400, rank: 4),
        ScaleThreshold(scale: "12h", threshold: nil, budgetShare: 0.001, entityDays: 400, rank: 0),
      ])
    #expect(bundle.thresholds(of: Scale.onAgent) == [.infinity, 4, .infinity])
  }
}
