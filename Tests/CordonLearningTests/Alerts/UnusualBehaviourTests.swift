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
    let continued = try #require(try Self.detection([old]))
    #expect(continued.severity == .low && continued.rule == UnusualBehaviour.continuedRule)
  }
}
