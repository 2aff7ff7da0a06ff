import CordonCollector
import CordonCore
import CordonTestSupport
import CordonTrust
import CordonWire
import FoundationEssentials
import GRPCCore
import Testing

@Suite struct UplinkAdapterTests {
  private static func window(_ number: Int) -> EntityWindow {
    EntityWindow(
      entity: EntityRef(kind: .host, label: "ws-1"), schema: FeatureSchema.hostAtHost.id,
      start: FakeClock.start.advanced(by: .seconds(60 * number)), length: 60_000, observations: 3,
      features: [Float](repeating: 1, count: FeatureSchema.hostAtHost.features.count))
  }

  @Test func whatIsAcknowledgedIsStoredAndWelcomedNextTime() async throws {
    try await TestCollector.with { collector in
      let machine = try await collector.enrol()
      try await collector.connected(machine) { uplink in
        guard case .welcome(let welcome) = try await uplink.next()?.body else {
          Issue.record("no welcome")
          return
        }
        #expect(welcome.collectorID == "main")
        #expect(welcome.serverTimeMs == collector.clock.now.milliseconds)
        try await uplink.send((0..<3).map { .window(Self.window($0)) }, lane: .window)
        let ack = try await uplink.ack()
        #expect(ack?.through == 3)
      }
      var hello = TestUplink.hello()
      var lane = Cordon_V1_LanePosition()
      lane.lane = .window
      lane.epoch = 1
      lane.through = 3
      hello.lanes = [lane]
      let again = hello
      try await collector.connected(machine, hello: again) { uplink in
        let welcome = try await uplink.next()?.welcome
        #expect(welcome?.watermarks.map(\.through) == [3])
      }
      #expect(try await collector.domain.status.status().windowsStored == 3)
    }
  }

  @Test func aRecordThatCannotBeStoredIsRefusedAndTheLaneGoesOn() async throws {
    try await TestCollector.with { collector in
      let machine = try await collector.enrol()
      try await collector.connected(machine) { uplink in
        _ = try await uplink.next()
        var batch = Cordon_V1_Batch()
        batch.lane = .detection
        batch.epoch = 1
        batch.firstSequence = 1
        var bad = Cordon_V1_Record(.detection(collector.detection()))
        bad.detection.summary = String(repeating: "x", count: WireLimits.sentence + 1)
        var alien = Cordon_V1_Record(.detection(collector.detection()))
        alien.detection.kind = .UNRECOGNIZED(77)
        batch.records = [bad, Cordon_V1_Record(.detection(collector.detection())), alien, Cordon_V1_Record()]
        try await uplink.send(.batch(batch))
        var refused: [UInt64: String] = [:]
        var through: UInt64?
        while through == nil, let message = try await uplink.next() {
          if case .refusal(let refusal) = message.body { refused[refusal.sequence] = refusal.code }
          if case .ack(let ack) = message.body { through = ack.through }
        }
        #expect(through == 0)
        #expect(refused == [1: "oversized", 3: "unknown-value", 4: "unknown-record"])
        // The agent sets the three aside, says so, and the lane goes on.
        var again = Cordon_V1_Batch()
        again.lane = .detection
        again.epoch = 1
        again.firstSequence = 1
        again.records = [batch.records[1]]
        again.skipped = [1...1, 3...4].map { Cordon_V1_SkippedRange(SkippedRange($0, .refused)) }
        try await uplink.send(.batch(again))
        #expect(try await uplink.ack()?.through == 4)
      }
      let status = try await collector.domain.status.status()
      #expect(status.detectionsStored == 1)
      #expect(status.recordsRefused == 3)
    }
  }

  @Test func aDeepQueueSlowsTheAgentAndAReconnectDoesNotFreeIt() async throws {
    let settings = IngestSettings(mostPendingRecords: 4)
    try await TestCollector.with(ingest: settings) { collector in
      let full = UInt32(settings.limits.recordsPerSecond)
      let machine = try await collector.enrol()
      try await collector.connected(machine) { uplink in
        #expect(try await uplink.next()?.welcome.limits.recordsASecond == full)
        try await uplink.send((0..<3).map { .window(Self.window($0)) }, lane: .window)
        #expect(try await uplink.ack()?.through == 3)
        // The queue was deep since the last look, half a second ago at the most.
        try await Task.sleep(for: IngestPacer.interval)
        try await uplink.send([.window(Self.window(3))], lane: .window, first: 4)
        #expect(try await uplink.ack()?.through == 4)
        let pace = try await uplink.next()?.pace
        #expect(pace?.recordsASecond == full / 2)
        #expect(pace?.inFlight == UInt32(settings.limits.inFlight / 2))
      }
      try await collector.connected(machine) { uplink in
        let welcome = try await uplink.next()?.welcome
        #expect(welcome?.limits.recordsASecond == full / 2)
      }
    }
  }

  typealias Break = @Sendable (TestUplink) async throws -> Void

  static let breaches: [(code: String, act: Break)] = [
    ("hello", { try await $0.send(.hello(TestUplink.hello())) }),
    (
      "unknown-message",
      { uplink in
        try await uplink.writer.write(Cordon_V1_AgentMessage())
      }
    ),
    ("directive-result", { try await $0.send(.directiveResult(Cordon_V1_DirectiveResult())) }),
    (
      "unknown-value",
      { uplink in
        try await uplink.send(.batch(Cordon_V1_Batch()))
      }
    ),
  ]

  @Test(arguments: breaches.indices) func whoBreaksTheRulesIsCutOff(index: Int) async throws {
    let (code, act) = Self.breaches[index]
    try await TestCollector.with { collector in
      let machine = try await collector.enrol()
      await expectRefusal(code) {
        try await collector.connected(machine) { uplink in
          _ = try await uplink.next()
          try await act(uplink)
          while try await uplink.next() != nil {}
        }
      }
      // The agent comes back as if nothing had been.
      try await collector.connected(machine) { uplink in _ = try #require(try await uplink.next()) }
    }
  }

  @Test func whoSaysNoHelloIsCutOff() async throws {
    try await TestCollector.with { collector in
      let machine = try await collector.enrol()
      await expectRefusal("hello") {
        try await collector.connected(machine, hello: nil) { uplink in
          try await uplink.send(.heartbeat(Cordon_V1_Heartbeat()))
          while try await uplink.next() != nil {}
        }
      }
      var old = TestUplink.hello()
      old.protocol = 99
      let hello = old
      await expectRefusal("protocol") {
        try await collector.connected(machine, hello: hello) { uplink in while try await uplink.next() != nil {} }
      }
    }
  }

  @Test func aNewAgentGetsRosterAndPolicyAndAnUnansweredOneGetsThemAgain() async throws {
    try await TestCollector.with { collector in
      try await collector.apply(collector.policy(serial: 5))
      let machine = try await collector.enrol()
      let first = try await collector.connected(machine, hello: TestUplink.hello(roster: 1)) { uplink in
        var types: [String] = []
        while types.count < 2, let directive = try await uplink.directive() { types.append(directive.envelope.type) }
        return types
      }
      #expect(first == ["roster", "policy"])
      let second = try await collector.connected(machine, hello: TestUplink.hello(roster: 1)) { uplink in
        var ids: [UInt64] = []
        while ids.count < 2, let directive = try await uplink.directive() {
          ids.append(directive.id)
          try await uplink.answer(directive)
        }
        // What is answered is not waited for: an acknowledged batch shows that the answers were read.
        try await uplink.send([.window(Self.window(0))], lane: .window)
        _ = try await uplink.ack()
        return ids
      }
      #expect(second == [1, 2])
      let session = try await collector.connected(machine, hello: TestUplink.hello(policy: 5, roster: 2)) { uplink in
        _ = try await uplink.next()
        try await uplink.send([.window(Self.window(1))], lane: .window, first: 2)
        return try await uplink.next()?.ack.through
      }
      #expect(session == 2)
    }
  }

  @Test func aPolicyAppliedWhileTheAgentIsOnTheLineReachesIt() async throws {
    try await TestCollector.with { collector in
      let machine = try await collector.enrol()
      try await collector.connected(machine) { uplink in
        _ = try await uplink.next()
        try await collector.apply(collector.policy(serial: 1))
        collector.domain.hub.wake()
        let directive = try await uplink.directive()
        let envelope = try directive?.envelope.domain()
        #expect(envelope?.type == .policy)
        let verified = try collector.domain.authority.verifier.verify(
          try #require(envelope), for: .policy, at: collector.clock.now)
        #expect(try verified.decode(Policy.self).serial == 1)
      }
    }
  }

  @Test func aClonedIdentityIsQuarantinedAndBothStreamsEnd() async throws {
    try await TestCollector.with { collector in
      let machine = try await collector.enrol()
      let (opened, opener) = AsyncStream.makeStream(of: Int.self)
      let (taken, taker) = AsyncStream.makeStream(of: Int.self)
      await withTaskGroup(of: Void.self) { group in
        group.addTask {
          do {
            try await collector.connected(machine) { first in
              _ = try await first.next()
              opener.yield(1)
              for await _ in taken.prefix(1) {}
              // Both speak, and the newer one does not keep the older from it.
              collector.clock.advance(by: .seconds(6))
              try await first.send(.heartbeat(Cordon_V1_Heartbeat()))
              while try await first.next() != nil {}
            }
            Issue.record("the first stream went on")
          } catch let error as CordonError {
            #expect(["expelled", "agent-quarantined"].contains(error.code))
          } catch {
            Issue.record(error)
          }
        }
        group.addTask {
          for await _ in opened.prefix(1) {}
          await expectRefusal("expelled") {
            try await collector.connected(machine) { second in
              _ = try await second.next()
              taker.yield(1)
              while try await second.next() != nil {}
            }
          }
        }
      }
      #expect(try await collector.domain.fleet.agent(machine.id).view.record.state == .quarantined)
      await expectRefusal("revoked") {
        try await collector.connected(machine) { uplink in while try await uplink.next() != nil {} }
      }
      let findings = try await collector.domain.status.status().findings
      #expect(findings.first?.code == "agent-quarantined")
      try await collector.ledger.sequence()
      let records = try await collector.ledgerRecords()
      #expect(records.contains { $0.contains("agent-quarantined") })
    }
  }

  @Test func aRevokedAgentsOpenStreamEnds() async throws {
    try await TestCollector.with { collector in
      let machine = try await collector.enrol()
      await expectRefusal("expelled") {
        try await collector.connected(machine) { uplink in
          _ = try await uplink.next()
          try await collector.domain.fleet.revoke(machine.id, reason: "lost", by: OperatorName("ann"))
          while try await uplink.next() != nil {}
        }
      }
    }
  }

  @Test func heartbeatsAreBoundedAndShown() async throws {
    try await TestCollector.with { collector in
      let machine = try await collector.enrol()
      try await collector.connected(machine) { uplink in
        _ = try await uplink.next()
        var beat = Cordon_V1_Heartbeat()
        beat.clockMs = collector.clock.now.milliseconds + 500_000
        beat.bootID = "b1"
        beat.policySerial = 3
        for number in 0..<100 {
          var sensor = Cordon_V1_SensorHealth()
          sensor.name = "audit-\(number)"
          sensor.reason = String(repeating: "r", count: 10_000)
          beat.sensors.append(sensor)
        }
        try await uplink.send(.heartbeat(beat))
        try await uplink.send([.window(Self.window(0))], lane: .window)
        _ = try await uplink.ack()
      }
      await collector.domain.hub.storeHeartbeats()
      let record = try await collector.domain.fleet.agent(machine.id).view.record
      #expect(record.policySerial == 3)
      #expect(record.clockOffset == .seconds(500))
      #expect(record.heartbeat?.sensors.count == 32)
      #expect(record.heartbeat?.sensors.first?.reason.count == 512)
      let codes = try await collector.domain.status.status().findings.map(\.code)
      #expect(codes.contains("clock-off"))
      #expect(codes.contains("sensor-not-running"))
    }
  }
}
