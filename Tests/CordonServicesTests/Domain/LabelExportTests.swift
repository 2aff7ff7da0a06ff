import CordonCollector
import CordonCore
import CordonLearning
import CordonStore
import CordonTestSupport
import CordonWire
import GRPCCore
import Testing

/// The labelled set holds the windows that behaviour alerted at, what analysts said, and what rules of thumb say.
@Suite struct LabelExportTests {
  private static func alert(
    _ machine: TestMachine, _ window: EntityWindow, in collector: TestCollector
  ) async throws -> Detection {
    let now = collector.clock.now
    let detection = Detection(
      id: collector.domain.context.ids.next(at: now), kind: .behaviour, rule: UnusualBehaviour.rule, technique: "",
      severity: .medium, eventTime: window.start, raisedAt: now, summary: "900 processes started",
      entities: [SealedEntity(entity: window.entity, part: .host)],
      evidence: [Detection.Evidence(what: "score over 1 minute", value: 9, usual: 0...6, unit: "nats")], score: 9)
    try await collector.bring([.window(window)], of: machine, lane: .window)
    try await collector.bring([.detection(detection)], of: machine, lane: .detection)
    while try await collector.domain.cases.workOnce() {}
    return detection
  }

  @Test func `windows come with verdicts, votes and weak labels, to analysts alone`() async throws {
    try await TestCollector.with { collector in
      let ward = try await collector.enrol("ws-1")
      let other = try await collector.enrol("ws-2")
      let start = collector.clock.now.advanced(by: .seconds(-60))
      // In two parts, as a burst gives them.
      var early = TestCollector.hostWindow("ws-1", at: start, starts: 300, connects: 1)
      early.isEarly = true
      try await collector.bring([.window(early)], of: ward, lane: .window)
      var rest = TestCollector.hostWindow("ws-1", at: start, starts: 600, connects: 2)
      rest.part = 1
      let attack = try await Self.alert(ward, rest, in: collector)
      var tripwire = collector.detection()
      tripwire.eventTime = start
      try await collector.bring([.detection(tripwire)], of: ward, lane: .detection)
      while try await collector.domain.cases.workOnce() {}
      let lonely = try await Self.alert(
        other, TestCollector.hostWindow("ws-2", at: start, starts: 400, connects: 0), in: collector)
      try await collector.domain.casebook.label(attack.id, as: "malicious", note: "", by: OperatorName("ann"))

      let rows = try await collector.calling(as: collector.person("ann")) { client in
        try await Cordon_V1_Admin.Client(wrapping: client).exportLabels(.init()) { response in
          var rows: [Cordon_V1_LabelledWindow] = []
          for try await row in response.messages { rows.append(row) }
          return rows
        }
      }
      #expect(rows.count == 2, "the tripwire names no machine")
      let first = try #require(rows.first { [UInt8]($0.detectionID) == attack.id.bytes })
      #expect(first.label == "malicious" && first.window.features[0] == 900)
      #expect(first.votes.map(\.rule) == ["tripwire-beside"] && first.votes.allSatisfy(\.bad))
      let second = try #require(rows.first { [UInt8]($0.detectionID) == lonely.id.bytes })
      #expect(second.label.isEmpty && second.votes.isEmpty)
      #expect(first.ask == 0 && second.ask == 1, "who is labelled is not asked about")
      #expect(first.weakLabel > second.weakLabel && (0...1).contains(second.weakLabel))
      await expectRefusal("role") {
        try await collector.calling(as: collector.person("vera")) { client in
          try await Cordon_V1_Admin.Client(wrapping: client).exportLabels(.init()) { response in
            for try await _ in response.messages {}
          }
        }
      }
    }
  }

  /// Of the machine's minute and of the person's, that hold the moment of a rule's match.
  @Test func `a verdict on a Sigma match flows back to the windows that it is about`() async throws {
    try await TestCollector.with { collector in
      let ward = try await collector.enrol("ws-1")
      let start = collector.clock.now.advanced(by: .seconds(-7200))
      let (host, user) = (
        TestCollector.hostWindow("ws-1", at: start, starts: 30, connects: 1),
        TestCollector.userWindow(TestCollector.user(3), at: start.advanced(by: .seconds(1800)), starts: 7)
      )
      let other = TestCollector.userWindow(TestCollector.user(3), at: start, starts: 5)
      try await collector.bring([.window(host), .window(user), .window(other)], of: ward, lane: .window)
      var match = collector.detection(entities: [
        SealedEntity(entity: host.entity, part: .host), SealedEntity(entity: user.entity, part: .actor),
        SealedEntity(entity: TestCollector.user(9), part: .target),
      ])
      match.rule = SigmaRule.detectionPrefix + "0197-c3"
      match.severity = .high
      match.eventTime = start.advanced(by: .seconds(1830))
      try await collector.bring([.detection(match)], of: ward, lane: .detection)
      while try await collector.domain.cases.workOnce() {}
      try await collector.domain.casebook.label(match.id, as: "malicious", note: "", by: OperatorName("ann"))
      let rows = try await LabelExport(context: collector.domain.context).rows(since: .epoch)
      #expect(Set(rows.map(\.window.start)) == [host.start, user.start] && rows.count == 2)
      #expect(rows.allSatisfy { $0.stored.verdict?.label == "malicious" && $0.votes == [.sigmaBeside: .bad] })
    }
  }
}
