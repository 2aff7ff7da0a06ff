import CordonCollector
import CordonCore
import CordonLearning
import CordonStore
import CordonTestSupport
import Testing

@Suite struct BehaviourCaseTests {
  /// What an agent raises of its host.
  private static func behaviour(
    of machine: TestMachine, in collector: TestCollector, scale: Scale = .minute
  ) -> Detection {
    let now = collector.clock.now
    return Detection(
      id: collector.domain.context.ids.next(at: now), kind: .behaviour, rule: UnusualBehaviour.rule, technique: "",
      severity: .medium, eventTime: now, raisedAt: now, summary: "212 processes started (usually 9 to 22 at this hour)",
      entities: [SealedEntity(entity: EntityRef(kind: .host, label: machine.label), part: .host)],
      evidence: [Detection.Evidence(what: "score over \(scale.name)", value: 9, usual: 0...6, unit: "nats")], score: 9)
  }

  @discardableResult
  private static func raise(
    _ machine: TestMachine, _ collector: TestCollector, scale: Scale = .minute
  ) async throws -> Detection {
    let detection = behaviour(of: machine, in: collector, scale: scale)
    try await collector.bring([.detection(detection)], of: machine, lane: .detection)
    while try await collector.domain.cases.workOnce() {}
    return detection
  }

  @Test func `what many hosts show within an hour is one population detection in one incident`() async throws {
    try await TestCollector.with { collector in
      var machines: [TestMachine] = []
      for number in 0..<8 { machines.append(try await collector.enrol("ws-\(number)", group: "ward")) }
      for machine in machines.prefix(4) {
        _ = try await Self.raise(machine, collector)
        collector.clock.advance(by: .seconds(300))
      }
      let book = collector.domain.casebook
      #expect(try await book.incidents(closedToo: false, most: 10).count == 4)
      for machine in machines.dropFirst(4).prefix(2) {
        _ = try await Self.raise(machine, collector)
        collector.clock.advance(by: .seconds(300))
      }
      let open = try await book.incidents(closedToo: false, most: 10)
      #expect(open.count == 1)
      let view = try await book.incident(try #require(open.first).id)
      #expect(view.detections.count == 7, "six of hosts and the population's own")
      let population = try #require(view.detections.map(\.stored.detection).first { $0.kind == .population })
      #expect(population.summary.hasPrefix("5 of 8 hosts of ward changed within an hour: "), "\(population.summary)")
      #expect(population.entities.count == 5)
      #expect(view.incident.severity == .high)
    }
  }

  /// Three at one scale and three at another are no five at either.
  @Test func `a population is of one scale, which agents' detections carry`() async throws {
    try await TestCollector.with { collector in
      var machines: [TestMachine] = []
      for number in 0..<8 { machines.append(try await collector.enrol("ws-\(number)", group: "ward")) }
      for (number, machine) in machines.prefix(6).enumerated() {
        try await Self.raise(machine, collector, scale: number % 2 == 0 ? .minute : .threeHours)
        collector.clock.advance(by: .seconds(300))
      }
      let book = collector.domain.casebook
      #expect(try await book.incidents(closedToo: false, most: 10).count == 6)
      try await Self.raise(machines[6], collector, scale: .threeHours)
      try await Self.raise(machines[7], collector, scale: .threeHours)
      let open = try await book.incidents(closedToo: false, most: 10)
      #expect(open.count == 4, "three hosts of single minutes, and the population")
    }
  }

  @Test func `a population is one over a restart as well`() async throws {
    try await TestCollector.with { collector in
      var machines: [TestMachine] = []
      for number in 0..<8 { machines.append(try await collector.enrol("ws-\(number)", group: "ward")) }
      for machine in machines.prefix(3) { try await Self.raise(machine, collector) }
      func restart(_ collector: TestCollector) async throws -> TestCollector {
        let again = try await TestCollector.open(
          collector.folder, clock: collector.clock, site: collector.site, identity: collector.identity,
          clara: collector.clara)
        try await again.domain.cases.restore()
        return again
      }
      let second = try await restart(collector)
      for machine in machines.dropFirst(3).prefix(2) { try await Self.raise(machine, second) }
      let third = try await restart(second)
      // A member at another scale, and one more: both are of the population.
      try await Self.raise(machines[0], third, scale: .threeHours)
      try await Self.raise(machines[5], third)
      let open = try await third.domain.casebook.incidents(closedToo: false, most: 10)
      #expect(open.count == 1)
      let view = try await third.domain.casebook.incident(try #require(open.first).id)
      #expect(view.detections.count == 8, "seven of hosts and the population's own")
      #expect(view.detections.count { $0.stored.detection.kind == .population } == 1)
    }
  }

  @Test func `what is expected of a group closes by itself, until its end, and never a tripwire`() async throws {
    try await TestCollector.with { collector in
      let ward = try await collector.enrol("ws-1", group: "ward")
      let other = try await collector.enrol("ws-2", group: "ward")
      let theatre = try await collector.enrol("ws-3", group: "theatre")
      let book = collector.domain.casebook
      let ann = OperatorName("ann")
      let first = try await Self.raise(ward, collector)
      let until = collector.clock.now.advanced(by: .seconds(7200))
      try await book.label(first.id, as: "expected", note: "go-live", expecting: ("group", until), by: ann)
      collector.clock.advance(by: .seconds(3700))
      let second = try await Self.raise(other, collector)
      let elsewhere = try await Self.raise(theatre, collector)
      #expect(try await book.detection(second.id).stored.verdict?.label == "expected")
      #expect(try await book.detection(elsewhere.id).stored.verdict == nil)
      #expect(try await book.incidents(closedToo: false, most: 10).count == 1)
      collector.clock.advance(by: .seconds(7200))
      let third = try await Self.raise(other, collector)
      #expect(try await book.detection(third.id).stored.verdict == nil)
      let tripwire = collector.detection()
      try await collector.bring([.detection(tripwire)], of: ward, lane: .detection)
      await expectRefusal("expectation") {
        try await book.label(
          tripwire.id, as: "expected", note: "",
          expecting: ("site", collector.clock.now.advanced(by: .seconds(60))), by: ann)
      }
      await expectRefusal("expectation-end") {
        try await book.label(
          third.id, as: "expected", note: "",
          expecting: ("site", collector.clock.now.advanced(by: .seconds(100 * 86_400))), by: ann)
      }
    }
  }

  /// 2026-01-01 is the clocks' first day: a Thursday.
  @Test func `what the policy expects of a host or a group closes by itself, in its hours`() async throws {
    try await TestCollector.with { collector in
      let start = collector.clock.now
      let day = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"][HourOfWeek(start).index / 24]
      let hours = "\(day) 00:00-23:59"
      let texts = [
        "maintenance group ward \(hours) until 2100-01-01: patches",
        "scanner host scan-01 until 2100-01-01: network team",
        "ticket site until 2001-01-01: long over",
      ]
      try await collector.apply(
        collector.policy(serial: 1) { $0.learning.expected = texts.compactMap(ExpectedActivity.init(text:)) })
      let ward = try await collector.enrol("ws-1", group: "ward")
      let scanner = try await collector.enrol("scan-01", group: "theatre")
      let theatre = try await collector.enrol("ws-3", group: "theatre")
      let book = collector.domain.casebook
      func verdict(_ machine: TestMachine) async throws -> DetectionVerdict? {
        let raised = try await Self.raise(machine, collector)
        return try await book.detection(raised.id).stored.verdict
      }
      let expected = try #require(try await verdict(ward))
      #expect(expected.label == "expected" && expected.note == "maintenance: patches" && expected.by == "policy")
      #expect(try await verdict(scanner)?.note == "scanner: network team")
      #expect(try await verdict(theatre) == nil)
      #expect(try await book.incidents(closedToo: false, most: 10).count == 1)
      var tripwire = collector.detection()
      tripwire.entities = [SealedEntity(entity: EntityRef(kind: .host, label: "scan-01"), part: .host)]
      try await collector.bring([.detection(tripwire)], of: scanner, lane: .detection)
      while try await collector.domain.cases.workOnce() {}
      #expect(try await book.detection(tripwire.id).stored.verdict == nil, "a tripwire never is")
      collector.clock.advance(by: .seconds(86_400))
      #expect(try await verdict(ward) == nil, "another day")
    }
  }

  @Test func `labels move the next calibration within bounds, once a week, and one group alone moves nothing`()
    async throws
  {
    try await TestCollector.with { collector in
      let ward = try await collector.enrol("ws-1", group: "ward")
      let theatre = try await collector.enrol("ws-2", group: "theatre")
      let ledger = FeedbackLedger(store: collector.domain.context.store)
      let book = collector.domain.casebook
      for _ in 0..<5 {
        let detection = try await Self.raise(ward, collector)
        try await book.label(detection.id, as: "benign", note: "", by: OperatorName("ann"))
      }
      try await collector.domain.rollout.takeLabels()
      #expect(try await ledger.factor(of: 1) == 1)
      collector.clock.advance(by: .seconds(7 * 86_400))
      for machine in [ward, theatre] {
        let detection = try await Self.raise(machine, collector)
        try await book.label(detection.id, as: "benign", note: "", by: OperatorName("ann"))
      }
      try await collector.domain.rollout.takeLabels()
      let moved = try await ledger.factor(of: 1)
      #expect(abs(moved - 0.5) < 1e-6)
      try await collector.domain.rollout.takeLabels()
      #expect(try await ledger.factor(of: 1) == moved)
    }
  }
}
