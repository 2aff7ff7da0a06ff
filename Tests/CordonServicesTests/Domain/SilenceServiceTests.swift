import CordonCollector
import CordonCore
import CordonTestSupport
import CordonWire
import Testing

@Suite struct SilenceServiceTests {
  @Test func anAgentThatFallsSilentIsAnIncidentAndOneThatIsRevokedIsNot() async throws {
    try await TestCollector.with { collector in
      try await collector.apply(collector.policy(serial: 1))
      let pump = try await collector.enrol("pump")
      let gone = try await collector.enrol("ws-1")
      for machine in [pump, gone] {
        try await collector.connected(machine) { uplink in _ = try await uplink.next() }
      }
      let silence = collector.domain.silence
      try await silence.tick()
      try await collector.domain.fleet.revoke(gone.id, reason: "sold", by: OperatorName("ann"))
      collector.clock.advance(by: collector.domain.authority.longestHeartbeat * 3)
      try await silence.tick()
      try await silence.tick()
      _ = try await collector.domain.cases.workOnce()
      let detections = try await collector.domain.casebook.detections(since: .epoch, most: 10)
      #expect(detections.map(\.stored.detection.rule) == [SilenceDetection.rule])
      #expect(detections.first?.agentLabel == "pump")
      #expect(detections.first?.stored.detection.severity == .critical)
      #expect(detections.first?.stored.incident != nil)
    }
  }

  /// Set a day forward, nobody is missed; set a day back, whoever falls silent is missed as ever.
  @Test(arguments: [Duration.seconds(86_400), .seconds(-86_400)])
  func whoeverSetsTheClockNeitherSilencesNorHidesAnAgent(step: Duration) async throws {
    try await TestCollector.with { collector in
      let machine = try await collector.enrol("ws-1")
      try await collector.connected(machine) { uplink in _ = try await uplink.next() }
      let silence = collector.domain.silence
      try await silence.tick()
      collector.clock.step(by: step)
      try await silence.tick()
      #expect(try await collector.domain.casebook.detections(since: .epoch, most: 10).isEmpty)
      collector.clock.advance(by: collector.domain.authority.longestHeartbeat * 3)
      try await silence.tick()
      let detection = try #require(
        try await collector.domain.casebook.detections(since: .epoch, most: 10).first?.stored.detection)
      #expect(detection.rule == SilenceDetection.rule)
      #expect(detection.raisedAt == collector.clock.now)
      #expect(detection.raisedAt.since(detection.eventTime) == collector.domain.authority.longestHeartbeat * 3)
    }
  }

  @Test func anAgentThatNeverConnectedIsNotMissed() async throws {
    try await TestCollector.with { collector in
      _ = try await collector.enrol("ws-1")
      try await collector.domain.silence.restore()
      collector.clock.advance(by: .seconds(3600))
      try await collector.domain.silence.tick()
      #expect(try await collector.domain.casebook.detections(since: .epoch, most: 10).isEmpty)
    }
  }
}
