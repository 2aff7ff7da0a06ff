import CordonCore
import CordonLearning
import CordonTestSupport
import Testing

@Suite struct EntityScorerTests {
  static let schema = FeatureSchema(
    id: 9_001, name: "user@test", entity: .user, family: .ehr,
    features: [
      .init(9_101, "records", unit: "count", .log1p, .sum, "records opened"),
      .init(9_102, "exports", unit: "count", .log1p, .sum, "exports"),
    ])

  static func window(hour: Int, _ records: Float, _ exports: Float = 0) -> EntityWindow {
    EntityWindow(
      entity: EntityRef(kind: .host, label: "x"), schema: schema.id,
      start: Timestamp(milliseconds: Int64(hour) * 3_600_000), length: 3_600_000, observations: 1,
      features: [records, exports])
  }

  /// Weeks of working hours with 9 to 22 records an hour, or `factor` times as many.
  static func trained(weeks: Int = 6, seed: UInt64 = 1) throws -> EntityScorer {
    var scorer = EntityScorer(featureCount: 2)
    var randomness = SeededRandomness(seed: seed)
    for hour in 0..<weeks * 168 where (8..<17).contains(hour % 24) {
      _ = try scorer.score(window(hour: hour, Float(Int.random(in: 9...22, using: &randomness))), schema: schema)
    }
    return scorer
  }

  @Test func `an analyst reads what was opened and what is usual`() throws {
    var scorer = try Self.trained()
    let window = Self.window(hour: 6 * 168 + 10, 212)
    let score = try scorer.score(window, schema: Self.schema)
    #expect(score.isMatured)
    #expect(score.score > 8)
    let evidence = try #require(score.evidence(values: window.features, schema: Self.schema).first)
    let usual = try #require(evidence.usual)
    #expect(evidence.what == "records opened" && evidence.value == 212)
    #expect((8...11).contains(usual.lowerBound) && (20...24).contains(usual.upperBound), "\(usual)")
    #expect(score.residuals[0].percentile > 99)
  }

  @Test func `it scores first, then learns, and learns nothing inside an incident`() throws {
    let scorer = try Self.trained()
    var inside = scorer
    var outside = scorer
    let window = Self.window(hour: 6 * 168 + 10, 212)
    let first = try inside.score(window, schema: Self.schema, learns: false)
    let second = try outside.score(window, schema: Self.schema)
    #expect(second.score == first.score)
    #expect(inside.baseline == scorer.baseline)
    #expect(outside.baseline != scorer.baseline)
    #expect(inside.follower == outside.follower)
  }

  @Test func `a reboot or another model resets nothing`() throws {
    var running = try Self.trained()
    for hour in 0..<5 { _ = try running.score(Self.window(hour: 6 * 168 + 8 + hour, 60), schema: Self.schema) }
    var restored = try EntityScorer(encoded: running.encoded)
    #expect(restored.encoded == running.encoded)
    #expect(running.encoded.count < EntityScorer.encodedLimit)
    #expect(restored.isMatured())
    let window = Self.window(hour: 6 * 168 + 13, 60)
    let expected = try running.score(window, schema: Self.schema)
    #expect(try restored.score(window, schema: Self.schema) == expected)
  }

  @Test func `empty windows are counted in their hours`() throws {
    let scorer = try Self.trained(weeks: 8)
    let night = try #require(HourOfWeek(index: 3))
    let noon = try #require(HourOfWeek(index: 12))
    #expect(scorer.baseline.activity.windows(at: night) >= 6 && scorer.baseline.activity.active(at: night) == 0)
    #expect(scorer.baseline.activity.active(at: noon) >= 7)
  }

  @Test func `a window of another shape is refused`() throws {
    var scorer = EntityScorer(featureCount: 3)
    expectRefusal("window-shape") { _ = try scorer.score(Self.window(hour: 1, 1), schema: Self.schema) }
  }

  @Test func `a damaged state is refused`() throws {
    let encoded = try Self.trained().encoded
    for length in stride(from: 0, to: encoded.count, by: 11) {
      expectRefusal("malformed-state") { _ = try EntityScorer(encoded: Array(encoded[..<length])) }
    }
  }
}

/// What an attacker may try against learning; each test states what still holds.
@Suite struct AdversarialLearningTests {
  @Test func `rarer attacks in the training windows do not hide a greater one`() throws {
    var scorer = EntityScorer(featureCount: 2)
    var randomness = SeededRandomness(seed: 2)
    for hour in 0..<8 * 168 where (8..<17).contains(hour % 24) {
      let isAttack = Int.random(in: 0..<100, using: &randomness) < 5
      let records = Float(Int.random(in: 9...22, using: &randomness) * (isAttack ? 10 : 1))
      _ = try scorer.score(EntityScorerTests.window(hour: hour, records), schema: EntityScorerTests.schema)
    }
    func score(_ records: Float) throws -> Double {
      var copy = scorer
      return try copy.score(
        EntityScorerTests.window(hour: 8 * 168 + 10, records), schema: EntityScorerTests.schema
      ).score
    }
    // The same attack is still well above a usual hour, if weaker than in a clean baseline; a greater one is plain.
    let (usual, same, greater) = (try score(18), try score(150), try score(2000))
    #expect(same > usual + 1.5)
    #expect(greater > same + 1.5)
  }

  @Test func `an attacker who moves slowly is seen by the peer group, though not by the own baseline`() throws {
    var scorer = try EntityScorerTests.trained()
    var peers = PeerBaseline(featureCount: 2)
    for hour in 0..<168 * 20 where (8..<17).contains(hour % 24) {
      peers.learn(
        [FeatureTransform.log1p.value(of: Float(9 + hour % 14)), 0],
        at: HourOfWeek(
          Timestamp(milliseconds: Int64(hour) * 3_600_000)))
    }
    // 1 % more each working hour: in four weeks sevenfold.
    var records: Float = 16
    var own: [Double] = []
    for hour in 6 * 168..<10 * 168 where (8..<17).contains(hour % 24) {
      records *= 1.01
      own.append(
        try scorer.score(EntityScorerTests.window(hour: hour, records), schema: EntityScorerTests.schema).score)
    }
    // Alone, no step stands out as a jump to the same height does.
    var jumping = try EntityScorerTests.trained()
    let jump = try jumping.score(
      EntityScorerTests.window(hour: 6 * 168 + 10, records), schema: EntityScorerTests.schema
    ).score
    #expect(try #require(own.last) < jump)
    // Judged as a member of its group, it does.
    let fresh = EntityBaseline(featureCount: 2)
    let hour = try #require(HourOfWeek(index: 10))
    let values = [FeatureTransform.log1p.value(of: records), 0]
    #expect(BaselineJudge().residuals(of: values, at: hour, own: fresh, peers: peers)[0].surprise > 5)
  }
}
