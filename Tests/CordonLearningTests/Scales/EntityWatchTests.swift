import CordonCore
import CordonLearning
import CordonTestSupport
import Testing

/// It alerts once a week of its own past or its peers stand for it, once a day and scale, and remembers over a restart.
@Suite struct EntityWatchTests {
  private static let schema = EntityScorerTests.schema
  private static let judges = EntityWatch.Judges(thresholds: [6, .infinity, .infinity])

  /// Working hours with 9 to 22 records each, from the epoch's week on.
  private static func watch(hours: Int, judges: EntityWatch.Judges = judges) throws -> EntityWatch {
    var watch = EntityWatch(featureCount: 2)
    var randomness = SeededRandomness(seed: 3)
    for hour in 0..<hours where (8..<17).contains(hour % 24) {
      let window = EntityScorerTests.window(hour: hour, Float(Int.random(in: 9...22, using: &randomness)))
      let verdict = try watch.take(window, schema: schema, judges: judges)
      #expect(verdict.alerts.isEmpty)
    }
    return watch
  }

  @Test func `it learns for a week before it alerts`() throws {
    var young = try Self.watch(hours: 3 * 24)
    #expect(young.learningUntil(peers: nil) == Timestamp(milliseconds: (8 + 168) * 3_600_000))
    let early = try young.take(
      EntityScorerTests.window(hour: 3 * 24 + 10, 900), schema: Self.schema, judges: Self.judges)
    #expect(early.score.scales[0] > 6 && early.alerts.isEmpty)
    var grown = try Self.watch(hours: 14 * 24)
    let late = try grown.take(
      EntityScorerTests.window(hour: 14 * 24 + 10, 900), schema: Self.schema, judges: Self.judges)
    #expect(late.alerts.map(\.scale) == [.minute])
    #expect(late.alerts.first?.goesOn == false)
  }

  /// What a group saw in some weeks of working hours.
  private static func peers(hours: Int) -> PeerBaseline {
    var peers = PeerBaseline(featureCount: 2)
    for hour in 0..<hours where (8..<17).contains(hour % 24) {
      let window = EntityScorerTests.window(hour: hour, Float(9 + hour % 14))
      peers.learn(
        zip(schema.features, window.features).map { $0.transform.value(of: $1) }, at: HourOfWeek(window.start))
    }
    return peers
  }

  /// A newcomer alerts, though its scores are of learning and count for no threshold.
  @Test func `its peers stand for it until then`() throws {
    var judges = Self.judges
    judges.peers = Self.peers(hours: 6 * 168)
    var watch = EntityWatch(featureCount: 2)
    let usual = try watch.take(EntityScorerTests.window(hour: 10, 12), schema: Self.schema, judges: judges)
    #expect(usual.alerts.isEmpty && !usual.score.isMatured)
    let strange = try watch.take(EntityScorerTests.window(hour: 11, 900), schema: Self.schema, judges: judges)
    #expect(strange.alerts.map(\.scale) == [.minute])
  }

  @Test func `peers that know little themselves stand for nobody`() throws {
    var judges = Self.judges
    judges.peers = Self.peers(hours: 11 * 24)
    var young = EntityWatch(featureCount: 2)
    _ = try young.take(EntityScorerTests.window(hour: 10, 12), schema: Self.schema, judges: judges)
    let early = try young.take(EntityScorerTests.window(hour: 11, 900), schema: Self.schema, judges: judges)
    #expect(early.alerts.isEmpty && early.score.scales[0] > 6)
    // Once it has matured by itself, they spare it the week.
    var watch = try Self.watch(hours: 3 * 24, judges: judges)
    let strange = try watch.take(EntityScorerTests.window(hour: 3 * 24 + 9, 900), schema: Self.schema, judges: judges)
    #expect(strange.score.isMatured && strange.alerts.map(\.scale) == [.minute])
  }

  @Test func `what is strange is scored and not learned, for a day`() throws {
    var watch = try Self.watch(hours: 14 * 24)
    let first = try watch.take(
      EntityScorerTests.window(hour: 14 * 24 + 9, 900), schema: Self.schema, judges: Self.judges)
    #expect(!first.alerts.isEmpty)
    let known = watch.scorer.baseline
    let second = try watch.take(
      EntityScorerTests.window(hour: 14 * 24 + 10, 900), schema: Self.schema, judges: Self.judges)
    #expect(watch.scorer.baseline == known)
    #expect(second.alerts.isEmpty, "once a day and scale")
    // The next day is one more alert, of the same episode; the day after, it is learned.
    let third = try watch.take(
      EntityScorerTests.window(hour: 15 * 24 + 9, 900), schema: Self.schema, judges: Self.judges)
    #expect(third.alerts.map(\.goesOn) == [true])
    _ = try watch.take(EntityScorerTests.window(hour: 15 * 24 + 10, 900), schema: Self.schema, judges: Self.judges)
    #expect(watch.scorer.baseline != known)
  }

  @Test func `a part of a window alerts and counts for nothing yet`() throws {
    var watch = try Self.watch(hours: 14 * 24)
    let before = watch.scorer
    let window = EntityScorerTests.window(hour: 14 * 24 + 10, 900)
    let part = try watch.take(window, schema: Self.schema, judges: Self.judges, isWhole: false)
    #expect(part.alerts.count == 1)
    #expect(watch.scorer == before)
    let whole = try watch.take(window, schema: Self.schema, judges: Self.judges)
    #expect(whole.score.scales[0] == part.score.scales[0])
    #expect(whole.alerts.isEmpty)
    #expect(watch.scorer.follower.end != before.follower.end)
  }

  /// Evidence, thresholds' alerts and learning: all as if nothing had happened.
  @Test func `a reboot resets nothing`() throws {
    var running = try Self.watch(hours: 14 * 24)
    _ = try running.take(EntityScorerTests.window(hour: 14 * 24 + 9, 900), schema: Self.schema, judges: Self.judges)
    var restored = try EntityWatch(encoded: running.encoded, featureCount: 2)
    #expect(running.encoded.count <= EntityWatch.encodedLimit)
    for hour in [14 * 24 + 10, 15 * 24 + 9, 15 * 24 + 10] {
      let window = EntityScorerTests.window(hour: hour, 900)
      let expected = try running.take(window, schema: Self.schema, judges: Self.judges)
      #expect(try restored.take(window, schema: Self.schema, judges: Self.judges) == expected)
    }
    #expect(restored == running)
    let bytes = running.encoded
    for length in [0, 1, 40, bytes.count - 1] {
      expectRefusal("malformed-state") { _ = try EntityWatch(encoded: Array(bytes[..<length]), featureCount: 2) }
    }
    expectRefusal("malformed-state") { _ = try EntityWatch(encoded: bytes, featureCount: 3) }
  }

  @Test func `a model on trial scores beside the champion and never alerts`() throws {
    let weight = try BoundModelTests.scoringFirst(weight: 1)
    var judges = Self.judges
    judges.trial = weight
    var watch = try Self.watch(hours: 14 * 24, judges: judges)
    let verdict = try watch.take(EntityScorerTests.window(hour: 14 * 24 + 10, 15), schema: Self.schema, judges: judges)
    #expect(verdict.trial?.first == 15)
    #expect(verdict.score.scales[0] < 6)
    #expect(verdict.alerts.isEmpty)
  }
}
