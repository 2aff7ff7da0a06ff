import CordonCore
import CordonLearning
import CordonTestSupport
import Testing

/// A model that floods or blinds is refused on the machine's own past; one that fits is taken.
@Suite struct ModelGateTests {
  private static let schema = FeatureSchema.hostAtHost
  private static let minute: Int64 = 60_000

  /// A week of one machine, ten busy hours a day with 5 to 15 processes a minute.
  private static func week() throws -> (past: [PastWindow], scorer: EntityScorer) {
    var scorer = EntityScorer(featureCount: schema.features.count)
    var randomness = SeededRandomness(seed: 5)
    var past: [PastWindow] = []
    for index in 0..<7 * 1440 where (480..<1080).contains(index % 1440) {
      var window = EntityWindow(
        entity: EntityRef(kind: .host, label: "x"), schema: schema.id,
        start: Timestamp(milliseconds: Int64(index) * minute), length: UInt32(minute), observations: 1,
        features: [Float](repeating: 0, count: schema.features.count))
      window.features[0] = Float(Int.random(in: 5...15, using: &randomness))
      let score = try scorer.score(window, schema: schema)
      past.append(
        PastWindow(
          start: window.start, length: window.length, features: window.features,
          surprises: score.residuals.map { Float($0.surprise) }))
    }
    return (past, scorer)
  }

  private static func gate(minute threshold: Double?, share: Double = 0.05, weight: Float = 0) throws -> ModelGate {
    let feature = schema.features[0]
    let bundle = try BoundModelTests.bundle(
      [ModelBundle.Feature(id: feature.id, digest: 1, transform: .identity, name: feature.name)], weights: [weight],
      schema: schema.id,
      thresholds: [
        ScaleThreshold(
          scale: "1m", threshold: threshold, budgetShare: share, entityDays: 400, rank: threshold == nil ? 0 : 20)
      ])
    return ModelGate(bundle, model: try BoundModel(bundle, to: schema) { _ in 1 })
  }

  private static let canary = CanaryWindow(schema: 1, values: [110: 4000, 115: 4000])

  @Test func `a model that fits is taken`() throws {
    let (past, scorer) = try Self.week()
    let gate = try Self.gate(minute: 14)
    try gate.checkRate(over: past) { _ in 0 }
    try gate.checkCanaries([Self.canary], schema: Self.schema, scorer: scorer)
    #expect(gate.canAlert)
  }

  @Test func `one that floods is refused`() throws {
    let (past, _) = try Self.week()
    expectRefusal("alert-rate") { try Self.gate(minute: 14, weight: 1).checkRate(over: past) { _ in 0 } }
    // The same alerts are fine where the budget is as large.
    try Self.gate(minute: 14, share: 1, weight: 1).checkRate(over: past) { _ in 0 }
    #expect(try Self.gate(minute: 14, weight: 1).alerts(over: past) { _ in 0 } == 7, "one a day")
  }

  @Test func `one that blinds is refused`() throws {
    let (_, scorer) = try Self.week()
    for threshold in [1e6, nil] {
      expectRefusal("canary-missed") {
        try Self.gate(minute: threshold).checkCanaries([Self.canary], schema: Self.schema, scorer: scorer)
      }
    }
    #expect(try !Self.gate(minute: nil).canAlert)
  }

  @Test func `no past proves nothing`() throws { try Self.gate(minute: 14, weight: 1).checkRate(over: []) { _ in 0 } }

  @Test func `a past window survives its bytes`() throws {
    let window = PastWindow(start: .epoch, length: 60_000, features: [1, 2, 3], surprises: [0.5, -1, 20])
    #expect(try PastWindow(start: .epoch, length: 60_000, encoded: window.encoded) == window)
    for length in [0, 1, 2, window.encoded.count - 1] {
      expectRefusal("malformed-state") {
        _ = try PastWindow(start: .epoch, length: 1, encoded: Array(window.encoded[..<length]))
      }
    }
  }
}
