import CordonAgent
import CordonCore
import CordonLearning
import CordonTelemetry
import CordonTestSupport
import CordonTrust
import Testing

/// Windows come back with scores; what is unusual becomes one finding; models come and go without a gap.
@Suite struct BehaviourStageTests {
  private typealias Support = BehaviourSupport

  private static func learned(days: Int = 8, threshold: Double? = 14) throws -> BehaviourStage {
    var stage = BehaviourStage()
    stage.setCap(3)
    stage.use(try Support.model(try Support.bundle(minute: threshold)), schema: 1, role: .champion)
    try Support.learn(days: days, &stage)
    return stage
  }

  @Test func whatIsUnusualIsFoundAndSaidWithWhatIsUsual() throws {
    var stage = try Self.learned()
    stage.note(
      tripwire: "canary-touched", at: Support.window(8 * 1440 + 500, processes: 0).start,
      on: Support.window(0, processes: 0).entity)
    let (window, found) = try stage.take(Support.window(8 * 1440 + 500, processes: 900), offset: 0)
    var finding = try #require(found)
    #expect(window.scores?.model == 0x0707_0707_0707_0707)
    #expect((window.scores?.values.first ?? 0) > 14)
    #expect(finding.alerts.map(\.scale) == [.minute])
    var randomness = SeededRandomness(seed: 1)
    let detection = try #require(finding.detection(at: FakeClock.start, randomness: &randomness))
    #expect(detection.kind == .behaviour && detection.rule == "unusual-behaviour" && detection.technique.isEmpty)
    #expect(detection.summary.contains("900 processes started, usually "), "\(detection.summary)")
    #expect(detection.summary.hasSuffix("Tripwires of the same time: canary-touched."), "\(detection.summary)")
    #expect(detection.entities.map(\.entity) == [Support.host])
    #expect(detection.score == finding.alerts[0].score)
    #expect(detection.evidence.first?.feature == 101)
    // The collector reads the scale from it: populations are of one scale.
    #expect(UnusualBehaviour.scale(of: detection) == .minute)
    finding.alerts = [EntityWatch.Alert(scale: .threeHours, score: 5, threshold: 4, goesOn: true)]
    let slow = try #require(finding.detection(at: FakeClock.start, randomness: &randomness))
    #expect(UnusualBehaviour.scale(of: slow) == .threeHours && slow.rule == UnusualBehaviour.continuedRule)
  }

  @Test func withoutAThresholdOrAWeeksPastItScoresAndIsSilent() throws {
    var silent = try Self.learned(threshold: nil)
    let (scored, none) = try silent.take(Support.window(8 * 1440 + 500, processes: 900), offset: 0)
    #expect(scored.scores != nil && none == nil)
    var young = try Self.learned(days: 3)
    #expect(try young.take(Support.window(3 * 1440 + 500, processes: 900), offset: 0).1 == nil)
    var ungated = try Self.learned()
    ungated.use(try Support.model(try Support.bundle(minute: 14), gated: false), schema: 1, role: .champion)
    #expect(try ungated.take(Support.window(8 * 1440 + 500, processes: 900), offset: 0).1 == nil)
  }

  /// The collector makes daily maxima of them, and days of learning must set no threshold.
  @Test func scoresAreToldOnceTheBaselineHasMatured() throws {
    var stage = BehaviourStage()
    var reader = stage
    reader.tellsLearning = true
    for index in 0..<Int(EntityScorer.maturity) {
      #expect(try stage.take(Support.window(index, processes: 9), offset: 0).0.scores == nil)
      #expect(
        try reader.take(Support.window(index, processes: 9), offset: 0).0.scores != nil, "for who reads a recording")
    }
    #expect(try stage.take(Support.window(Int(EntityScorer.maturity), processes: 9), offset: 0).0.scores != nil)
  }

  /// A burst alerts with its first part; the parts count as one window, with or without a last one.
  @Test func partsOfAWindowAreOne() throws {
    var stage = try Self.learned()
    let minute = 8 * 1440 + 500
    let (_, early) = try stage.take(Support.window(minute, processes: 900, early: true), offset: 0)
    #expect(early != nil)
    let (last, again) = try stage.take(Support.window(minute, processes: 100, part: 1), offset: 0)
    #expect(again == nil)
    var whole = try Self.learned()
    let (once, _) = try whole.take(Support.window(minute, processes: 1000), offset: 0)
    #expect(last.scores == once.scores)
    #expect(stage.watches(of: 1).first?.watch.scorer == whole.watches(of: 1).first?.watch.scorer)
    // The last part never comes: the next window settles it.
    var cut = try Self.learned()
    _ = try cut.take(Support.window(minute, processes: 1000, early: true), offset: 0)
    _ = try cut.take(Support.window(minute + 1, processes: 10), offset: 0)
    _ = try whole.take(Support.window(minute + 1, processes: 10), offset: 0)
    #expect(cut.watches(of: 1).first?.watch.scorer == whole.watches(of: 1).first?.watch.scorer)
    #expect(cut.unsaved(of: Support.key) == whole.unsaved(of: Support.key))
  }

  @Test func aSkewedClockAndPartialWindowsPassBy() throws {
    var stage = try Self.learned()
    let before = stage.watches(of: 1).map(\.watch)
    var skewed = Support.window(8 * 1440 + 500, processes: 900)
    skewed.isSkewed = true
    var partial = Support.window(8 * 1440 + 500, processes: 900)
    partial.isPartial = true
    for window in [skewed, partial] {
      let (same, finding) = try stage.take(window, offset: 0)
      #expect(same == window && finding == nil)
    }
    #expect(stage.watches(of: 1).map(\.watch) == before)
  }

  @Test func whatIsOverTheDaysCapIsFoldedAndTold() throws {
    var stage = BehaviourStage()
    stage.setCap(1)
    stage.use(try Support.model(try Support.bundle(minute: 14)), schema: 1, role: .champion)
    let names = ["a", "b", "c"]
    for index in 0..<8 * 1440 where (480..<600).contains(index % 1440) {
      for name in names {
        var window = Support.window(index, processes: 10)
        window.entity = EntityRef(kind: .host, label: name)
        _ = try stage.take(window, offset: 0)
      }
    }
    func burst(_ name: String, day: Int) throws -> BehaviourStage.Finding? {
      var window = Support.window(day * 1440 + 500, processes: 900)
      window.entity = EntityRef(kind: .host, label: name)
      return try stage.take(window, offset: 0).1
    }
    #expect(try burst("a", day: 8)?.folded == 0)
    #expect(try burst("b", day: 8) == nil)
    #expect(try burst("c", day: 8) == nil)
    #expect(try burst("a", day: 12)?.folded == 2)
  }

  @Test func anotherModelScoresFromTheNextWindowAndResetsNothing() throws {
    var stage = try Self.learned()
    let before = stage.watches(of: 1).map(\.watch)
    stage.use(try Support.model(try Support.bundle(minute: 14, weight: 100), digest: 8), schema: 1, role: .champion)
    stage.use(try Support.model(try Support.bundle(minute: 1), digest: 9), schema: 1, role: .shadow)
    #expect(stage.watches(of: 1).map(\.watch) == before)
    let (window, finding) = try stage.take(Support.window(8 * 1440 + 500, processes: 10), offset: 0)
    #expect(window.scores?.model == 0x0808_0808_0808_0808 && window.scores?.values.first == 1000)
    #expect(window.shadowScores?.model == 0x0909_0909_0909_0909)
    #expect(finding != nil)
    stage.use(nil, schema: 1, role: .champion)
    #expect(try stage.take(Support.window(8 * 1440 + 501, processes: 10), offset: 0).0.scores?.model == 0)
  }

  @Test func whatFiredOnAnotherMachineIsNotToldBesideThisOne() throws {
    var stage = try Self.learned()
    stage.note(
      tripwire: "canary-touched", at: Support.window(8 * 1440 + 500, processes: 0).start,
      on: EntityRef(kind: .device, label: "ws-18"))
    let finding = try stage.take(Support.window(8 * 1440 + 500, processes: 900), offset: 0).1
    #expect(try #require(finding).tripwires.isEmpty)
  }

  /// A gateway reads hundreds of computers: each is scored, and a few keep their past for models to be tried on.
  @Test func everyComputerIsScoredAndAFewKeepTheirPast() throws {
    var stage = BehaviourStage()
    let schema = FeatureSchema.deviceAtHost
    for number in 0..<300 {
      var window = Support.window(0, processes: 3)
      window.schema = schema.id
      window.entity = EntityRef(kind: .device, label: "ws-\(number)")
      window.features = [Float](repeating: 1, count: schema.features.count)
      _ = try stage.take(window, offset: 0)
    }
    #expect(stage.watches(of: schema.id).count == 300)
    let past = stage.takeUnsaved().past.map(\.key.entity)
    #expect(past.count == BehaviourStage.pastLimit)
    var restored = BehaviourStage()
    restored.keepPast(of: past.map { BehaviourStage.Key(schema: schema.id, entity: $0) })
    for label in ["ws-299", "ws-0"] {
      var window = Support.window(1, processes: 3)
      window.schema = schema.id
      window.entity = EntityRef(kind: .device, label: label)
      window.features = [Float](repeating: 1, count: schema.features.count)
      _ = try restored.take(window, offset: 0)
    }
    #expect(restored.takeUnsaved().past.map(\.key.entity.label) == ["ws-0"])
  }

  @Test func aRestartForgetsNothing() throws {
    var running = try Self.learned()
    var restored = BehaviourStage()
    let (states, past) = running.takeUnsaved()
    #expect(past.count == BehaviourStage.unsavedLimit && running.dropped > 0)
    #expect(restored.restore(states + [(Support.key, [1, 2, 3])]) == 1)
    restored.use(try Support.model(try Support.bundle(minute: 14)), schema: 1, role: .champion)
    restored.setCap(3)
    for minute in [500, 501, 1440 + 500] {
      let window = Support.window(8 * 1440 + minute, processes: 900)
      let (scored, finding) = try running.take(window, offset: 0)
      let (again, same) = try restored.take(window, offset: 0)
      #expect(again == scored && same == finding)
    }
    #expect(restored.learningUntil(schema: 1) == running.learningUntil(schema: 1))
  }

  @Test func theSitesClockFollowsItsZone() {
    let winter = FakeClock.start
    let summer = winter.advanced(by: .seconds(190 * 86_400))
    #expect(SiteClock.offset(of: "UTC", at: winter) == 0)
    #expect(SiteClock.offset(of: "Europe/Berlin", at: winter) == 3600)
    #expect(SiteClock.offset(of: "Europe/Berlin", at: summer) == 7200)
    #expect(SiteClock.offset(of: "America/New_York", at: winter) == -18_000)
    #expect(SiteClock.offset(of: "UTC", at: summer) == 0)
  }
}
