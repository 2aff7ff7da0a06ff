import CordonCollector
import CordonCore
import CordonLearning
import CordonStore
import CordonTestSupport
import Testing

/// A detection's p says how often a usual day of others of its kind has so great a score.
@Suite struct RarityTests {
  private static let schema = FeatureSchema.hostAtHost

  private static func behaviour(
    _ label: String, score: Double, in collector: TestCollector, scale: Scale = .minute
  ) -> Detection {
    let now = collector.clock.now
    return Detection(
      id: collector.domain.context.ids.next(at: now), kind: .behaviour, rule: UnusualBehaviour.rule, technique: "",
      severity: .medium, eventTime: now, raisedAt: now, summary: "212 processes started",
      entities: [SealedEntity(entity: EntityRef(kind: .host, label: label), part: .host)],
      evidence: [
        Detection.Evidence(what: "score over \(scale.name)", value: score, usual: 0...6, unit: "nats")
      ], score: score)
  }

  /// Four weeks of days of a host, each with the same greatest score for single minutes.
  private static func days(_ label: String, score: Double, until today: Int32, model: UInt64 = 0) -> [DailyScore] {
    (today - 28..<today).map { day in
      DailyScore(
        entity: EntityRef(kind: .host, label: label), schema: schema.id, model: model, scale: Scale.minute.rawValue,
        day: day, score: score)
    }
  }

  @Test func `a score is compared with finished days of other entities, of its group where there are enough`()
    async throws
  {
    try await TestCollector.with { collector in
      let store = collector.domain.context.store
      let today = DailyMaximum.day(of: collector.clock.now)
      var machines: [String: TestMachine] = [:]
      var maxima: [DailyScore] = []
      for number in 0..<20 {
        let label = "ward-\(number)"
        machines[label] = try await collector.enrol(label, group: "ward")
        maxima += Self.days(label, score: 1 + Double(number) / 10, until: today)
      }
      for number in 0..<5 {
        let label = "theatre-\(number)"
        machines[label] = try await collector.enrol(label, group: "theatre")
        maxima += Self.days(label, score: 100, until: today)
      }
      // Neither another model's days nor today's.
      maxima += Self.days("ward-1", score: 1_000, until: today, model: 7)
      var unfinished = try #require(Self.days("ward-1", score: 1_000, until: today).first)
      unfinished.day = today
      try await store.recordScores(
        ScoringStep(schema: Self.schema.id, maxima: maxima + [unfinished]), at: collector.clock.now)

      func p(_ label: String, _ score: Double, scale: Scale = .minute) async throws -> Double? {
        let machine = try #require(machines[label])
        let detection = Self.behaviour(label, score: score, in: collector, scale: scale)
        try await collector.bring([.detection(detection)], of: machine, lane: .detection)
        while try await collector.domain.cases.workOnce() {}
        return try await collector.domain.casebook.detection(detection.id).stored.p
      }
      // 19 other wards' machines have 532 days: the theatre's are not asked, and a tail goes on beyond them.
      #expect(try #require(try await p("ward-0", 50)) < 1.0 / 533)
      // Ten of them have 2 or more every day.
      #expect(try await p("ward-0", 1.95) == (10 * 28 + 1) / 533.0)
      // The theatre has too few: all of the schema, without its own days.
      #expect(try await p("theatre-0", 50) == (4 * 28 + 1) / (24 * 28 + 1.0))
      // Nothing is known of that scale.
      #expect(try await p("ward-2", 50, scale: .twelveHours) == nil)
      let incidents = try await collector.domain.casebook.incidents(closedToo: true, most: 10)
      let ofWard = try #require(incidents.first { $0.agents == [machines["ward-0"]?.id] && $0.p != nil })
      #expect(try #require(ofWard.p) < 1.0 / 533, "an incident is as rare as its rarest detection")
      let tripwire = collector.detection()
      let machine = try #require(machines["ward-3"])
      try await collector.bring([.detection(tripwire)], of: machine, lane: .detection)
      while try await collector.domain.cases.workOnce() {}
      #expect(try await collector.domain.casebook.detection(tripwire.id).stored.p == nil)
    }
  }

  @Test func `days that were labelled malicious do not count`() async throws {
    try await TestCollector.with { collector in
      let store = collector.domain.context.store
      var machines: [TestMachine] = []
      for number in 0..<3 { machines.append(try await collector.enrol("ws-\(number)")) }
      let attack = Self.behaviour("ws-1", score: 90, in: collector)
      try await collector.bring([.detection(attack)], of: machines[1], lane: .detection)
      while try await collector.domain.cases.workOnce() {}
      try await collector.domain.casebook.label(attack.id, as: "malicious", note: "", by: OperatorName("ann"))
      collector.clock.advance(by: .seconds(2 * 86_400))
      let today = DailyMaximum.day(of: collector.clock.now)
      var maxima = (0..<3).flatMap { Self.days("ws-\($0)", score: 2, until: today) }
      for index in maxima.indices where maxima[index].entity.label == "ws-1" && maxima[index].day == today - 2 {
        maxima[index].score = 90
      }
      try await store.recordScores(ScoringStep(schema: Self.schema.id, maxima: maxima), at: collector.clock.now)
      let next = Self.behaviour("ws-0", score: 50, in: collector)
      try await collector.bring([.detection(next)], of: machines[0], lane: .detection)
      while try await collector.domain.cases.workOnce() {}
      // 56 days of the other two, one of them left out, and none reaches 50.
      #expect(try await collector.domain.casebook.detection(next.id).stored.p == 1.0 / 56)
      // Nor for thresholds: the attack would set what the next must pass.
      let (outlook, entities) = try await ThresholdDesk(store: store).outlook(
        of: Self.schema, model: 0, policy: Policy.observeOnly, today: today, at: collector.clock.now)
      #expect(entities == 3)
      switch try #require(outlook.first).result {
      case .feasible(let threshold, _, let days): #expect(threshold == 2 && days == 3 * 28 - 1)
      case .infeasible(_, let days): #expect(days == 3 * 28 - 1)
      }
    }
  }
}
