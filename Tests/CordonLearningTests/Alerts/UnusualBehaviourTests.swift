import CordonCore
import CordonLearning
import CordonTestSupport
import Testing

@Suite struct UnusualBehaviourTests {
  private static let host = SealedEntity(entity: EntityRef(kind: .host, label: "x"), part: .actor)
  private static let fast = EntityWatch.Alert(scale: .minute, score: 9, threshold: 6)

  private static func detection(_ alerts: [EntityWatch.Alert]) throws -> Detection? {
    var scorer = try EntityScorerTests.trained()
    let window = EntityScorerTests.window(hour: 6 * 168 + 10, 212)
    let score = try scorer.score(window, schema: EntityScorerTests.schema)
    var randomness = SeededRandomness(seed: 1)
    return UnusualBehaviour.detection(
      alerts, id: UniqueID(at: .epoch, randomness: &randomness), entity: host, window: window,
      schema: EntityScorerTests.schema, score: score, raisedAt: .epoch)
  }

  @Test func `an analyst reads what was done, what is usual, and at which scale`() throws {
    let detection = try #require(try Self.detection([Self.fast]))
    #expect(detection.kind == .behaviour && detection.rule == UnusualBehaviour.rule)
    #expect(detection.summary.contains("212 records opened, usually "), "\(detection.summary)")
    #expect(detection.severity == .medium && detection.score == 9)
    #expect(UnusualBehaviour.scale(of: detection) == .minute)
    #expect(detection.evidence.last?.usual == 0...6)
    #expect(try Self.detection([]) == nil)
  }

  @Test func `the shortest new scale leads, a great score is grave, and an old episode is not`() throws {
    let slow = EntityWatch.Alert(scale: .twelveHours, score: 5, threshold: 2)
    let old = EntityWatch.Alert(scale: .minute, score: 9, threshold: 6, goesOn: true)
    let both = try #require(try Self.detection([slow, Self.fast]))
    #expect(UnusualBehaviour.scale(of: both) == .minute && both.severity == .high)
    let new = try #require(try Self.detection([old, slow]))
    #expect(UnusualBehaviour.scale(of: new) == .twelveHours && new.rule == UnusualBehaviour.rule)
    #expect(new.evidence.map(\.what).suffix(2) == ["score over 12 hours", "score over 1 minute"])
    let continued = try #require(try Self.detection([old]))
    #expect(continued.severity == .low && continued.rule == UnusualBehaviour.continuedRule)
  }

  /// A user is watched at hosts and in the health record: the features say where.
  @Test func `a detection is of the schema whose features it names`() throws {
    var detection = try #require(try Self.detection([Self.fast]))
    for schema in FeatureSchema.all {
      detection.evidence[0].feature = try #require(schema.features.last).id
      #expect(UnusualBehaviour.schema(of: detection) == schema)
    }
    detection.evidence = []
    #expect(UnusualBehaviour.schema(of: detection)?.entity == .host)
    detection.entities = []
    #expect(UnusualBehaviour.schema(of: detection) == nil)
  }

  /// Exports are new to the entity, records are usual for it; the model finds so many records strange all the same.
  @Test func `where the fleet's model carries the score, its parts are told and not the entity's own past`() throws {
    var judges = EntityWatch.Judges(thresholds: [6, .infinity, .infinity])
    var watch = EntityWatch(featureCount: 2)
    var randomness = SeededRandomness(seed: 3)
    for hour in 0..<14 * 24 where (8..<17).contains(hour % 24) {
      let usual = EntityScorerTests.window(hour: hour, Float(Int.random(in: 9...22, using: &randomness)))
      _ = try watch.take(usual, schema: EntityScorerTests.schema, judges: judges)
    }
    let window = EntityScorerTests.window(hour: 14 * 24 + 10, 20, 1)
    func told(by model: BoundModel?) throws -> Detection {
      judges.model = model
      var copy = watch
      let verdict = try copy.take(window, schema: EntityScorerTests.schema, judges: judges)
      return try #require(
        UnusualBehaviour.detection(
          verdict.alerts, id: UniqueID(at: .epoch, randomness: &randomness), entity: Self.host, window: window,
          schema: EntityScorerTests.schema, score: verdict.score, tripwires: ["canary-touched"], folded: 2,
          raisedAt: .epoch))
    }
    let own = try told(by: nil)
    #expect(own.summary.hasPrefix("This user did what is unusual for it: 1 exports, usually none"), "\(own.summary)")
    let model = try told(by: try BoundModelTests.scoringFirst(weight: 2))
    #expect(
      model.summary.hasPrefix("This user did what the fleet's model has hardly seen: 20 records opened, usually "),
      "\(model.summary)")
    #expect(model.summary.hasSuffix(" Tripwires of the same time: canary-touched.") && model.folded == 2)
    #expect(!model.summary.contains("exports"))
    #expect(model.score == 40 && model.evidence.first?.feature == 9_101)
    #expect(model.evidence.map(\.what).contains("score by the fleet's model"))
    #expect(!own.evidence.map(\.what).contains("score by the fleet's model"))
    #expect(UnusualBehaviour.scale(of: model) == .minute)
  }
}
