import CordonCollector
import CordonCore
import CordonTestSupport
import CordonTrust
import CordonWire
import FoundationEssentials
import GRPCCore
import Testing

@Suite struct CommandTests {
  private static func propose(_ envelope: Envelope, to collector: TestCollector) async throws -> Cordon_V1_StoredCommand
  {
    try await collector.calling(as: collector.person("ann")) { client in
      var request = Cordon_V1_ProposeCommandRequest()
      request.envelope = Cordon_V1_Envelope(envelope)
      return try await Cordon_V1_Admin.Client(wrapping: client).proposeCommand(request).command
    }
  }

  private static func approve(
    _ id: UniqueID, _ signature: EnvelopeSignature, as name: String, on collector: TestCollector
  ) async throws -> Cordon_V1_StoredCommand {
    try await collector.calling(as: collector.person(name)) { client in
      var request = Cordon_V1_ApproveCommandRequest()
      request.commandID = Data(id.bytes)
      request.signature = Cordon_V1_EnvelopeSignature(signature)
      return try await Cordon_V1_Admin.Client(wrapping: client).approveCommand(request).command
    }
  }

  @Test func anAdministrativeHostNeedsOneResponder() async throws {
    try await TestCollector.with { collector in
      try await collector.apply(collector.policy(serial: 1))
      let machine = try await collector.enrol("ws-1")
      let command = collector.command(to: machine.id)
      let stored = try await Self.propose(try command.sealed(by: [collector.site.operatorAuthority]), to: collector)
      #expect(stored.state == "ordered")
      #expect(stored.signaturesNeeded == 1)
      let delivered = try await collector.connected(machine, hello: TestUplink.hello(policy: 1)) { uplink in
        try await uplink.directive()?.envelope.domain()
      }
      let verified = try collector.domain.authority.verifier.verify(try #require(delivered), at: collector.clock.now)
      #expect(try verified.decode(Command.self) == command)
    }
  }

  @Test(arguments: ["pump", "nobody-registered-me"])
  func aClinicalOrUnknownHostNeedsTwoOneOfThemClinical(label: String) async throws {
    try await TestCollector.with { collector in
      try await collector.apply(collector.policy(serial: 1))
      let machine = try await collector.enrol(label)
      let command = collector.command(to: machine.id)
      let envelope = try command.sealed(by: [collector.site.operatorAuthority])
      let stored = try await Self.propose(envelope, to: collector)
      #expect(stored.state == "proposed")
      #expect(stored.signatures == 1)
      #expect(stored.signaturesNeeded == 2)
      let again = try collector.site.operatorAuthority.signature(of: envelope)
      await expectRefusal("already-signed") {
        _ = try await Self.approve(command.id, again, as: "ann", on: collector)
      }
      let stranger = try AuthoritySigningKey().signature(of: envelope)
      await expectRefusal("unknown-key") {
        _ = try await Self.approve(command.id, stranger, as: "clara", on: collector)
      }
      let claras = try collector.clara.signature(of: envelope)
      let approved = try await Self.approve(command.id, claras, as: "clara", on: collector)
      #expect(approved.state == "ordered")
      #expect(approved.approvedBy.sorted() == ["ann", "clara"])
      await expectRefusal("command-state") {
        _ = try await Self.approve(command.id, claras, as: "clara", on: collector)
      }
    }
  }

  typealias Change = @Sendable (inout Command) -> Void

  static let impossible: [(code: String, change: Change)] = [
    ("clock", { $0.notAfter = $0.notBefore.advanced(by: .seconds(-1)) }),
    ("validity", { $0.notAfter = $0.notBefore.advanced(by: .seconds(86_401)) }),
    ("lease", { $0.lease = CommandJudge.longestHold + .milliseconds(1) }),
    ("lease", { $0.maxUntil = $0.notBefore.advanced(by: CommandJudge.longestHold + .milliseconds(1)) }),
    ("reason", { $0.reason = "" }),
  ]

  @Test(arguments: impossible.indices) func impossibleTimesAreRefused(index: Int) async throws {
    let (code, change) = Self.impossible[index]
    try await TestCollector.with { collector in
      let machine = try await collector.enrol("ws-1")
      let command = collector.command(to: machine.id, change: change)
      let envelope = try command.sealed(by: [collector.site.operatorAuthority])
      await expectRefusal(code) { _ = try await Self.propose(envelope, to: collector) }
    }
  }

  @Test func nobodyOrdersInTheStandingKeysName() async throws {
    try await TestCollector.with { collector in
      try await collector.apply(collector.policy(serial: 1))
      let machine = try await collector.enrol("ws-1")
      let forged = try collector.command(to: machine.id).sealed(by: [collector.identity.standing])
      await expectRefusal("standing-forged") { _ = try await Self.propose(forged, to: collector) }
      let ghost = try collector.command(to: try Samples.agent(9)).sealed(by: [collector.site.operatorAuthority])
      await expectRefusal("agent-unknown") { _ = try await Self.propose(ghost, to: collector) }
      let replayed = try collector.command(to: machine.id).sealed(by: [collector.site.operatorAuthority])
      _ = try await Self.propose(replayed, to: collector)
      await expectRefusal("command-exists") { _ = try await Self.propose(replayed, to: collector) }
    }
  }

  @Test func theWholeWayFromDetectionToRelease() async throws {
    try await TestCollector.with { collector in
      try await collector.apply(collector.policy(serial: 1))
      let machine = try await collector.enrol("ws-1")
      let detection = collector.detection()
      try await collector.connected(machine, hello: TestUplink.hello(policy: 1)) { uplink in
        _ = try await uplink.next()
        try await uplink.send([.detection(detection)], lane: .detection)
        _ = try await uplink.ack()
        _ = try await collector.domain.cases.workOnce()
        let opened = try #require(try await collector.domain.casebook.incidents(closedToo: false, most: 10).first)
        #expect(opened.state == "open")
        let command = collector.command(to: machine.id, incident: opened.id)
        _ = try await Self.propose(try command.sealed(by: [collector.site.operatorAuthority]), to: collector)
        let order = try #require(try await uplink.directive())
        try await uplink.answer(order)
        var outcome = Outcome(
          commandID: command.id, state: .held, at: collector.clock.now,
          leaseUntil: collector.clock.now.advanced(by: command.lease), evidence: ["cgroup.events says frozen 1"])
        try await uplink.send([.outcome(outcome)], lane: .outcome)
        _ = try await uplink.ack()
        _ = try await collector.domain.cases.workOnce()
        #expect(try await collector.domain.casebook.incident(opened.id).incident.state == "contained")
        #expect(try await collector.domain.status.status().held == 1)

        let release = CommandRelease(commandID: command.id, agentID: machine.id, reason: "cleaned")
        let envelope = try release.sealed(by: [collector.site.operatorAuthority])
        try await collector.calling(as: collector.person("ann")) { client in
          var request = Cordon_V1_ReleaseCommandRequest()
          request.envelope = Cordon_V1_Envelope(envelope)
          _ = try await Cordon_V1_Admin.Client(wrapping: client).releaseCommand(request)
        }
        #expect(try await uplink.directive()?.envelope.type == "release")
        outcome.state = .released
        try await uplink.send([.outcome(outcome)], lane: .outcome, first: 2)
        _ = try await uplink.ack()
        _ = try await collector.domain.cases.workOnce()
        let view = try await collector.domain.casebook.incident(opened.id)
        #expect(view.incident.state == "open")
        #expect(
          view.timeline.map(\.kind) == [
            "detection", "command-ordered", "command-held", "release-ordered", "command-released",
          ])
      }
      try await collector.ledger.sequence()
      let kinds = try await collector.ledgerRecords()
      for kind in [
        "agent-enrolled", "incident-opened", "command-proposed", "command-ordered", "command-outcome",
        "command-released",
      ] {
        #expect(kinds.contains { $0.contains("\"\(kind)\"") }, "\(kind) is not in the ledger")
      }
    }
  }

  @Test func anotherAgentsWordOnACommandCountsForNothing() async throws {
    try await TestCollector.with { collector in
      try await collector.apply(collector.policy(serial: 1))
      let machine = try await collector.enrol("ws-1")
      let liar = try await collector.enrol("ws-2")
      let command = collector.command(to: machine.id)
      _ = try await Self.propose(try command.sealed(by: [collector.site.operatorAuthority]), to: collector)
      let outcome = Outcome(commandID: command.id, state: .released, at: collector.clock.now)
      try await collector.connected(liar) { uplink in
        _ = try await uplink.next()
        try await uplink.send([.outcome(outcome)], lane: .outcome)
        _ = try await uplink.ack()
      }
      _ = try await collector.domain.cases.workOnce()
      #expect(try await collector.domain.commands.list(most: 10).first?.record.state == "ordered")
    }
  }

  @Test func aPreviewSaysWhatWouldHappenAndStoresNothing() async throws {
    try await TestCollector.with { collector in
      try await collector.apply(collector.policy(serial: 1))
      let machine = try await collector.enrol("pump")
      let command = collector.command(to: machine.id)
      let response = try await collector.calling(as: collector.person("ann")) { client in
        var request = Cordon_V1_PreviewCommandRequest()
        request.command = Cordon_V1_Command(command)
        return try await Cordon_V1_Admin.Client(wrapping: client).previewCommand(request)
      }
      #expect(response.signaturesNeeded == 2)
      #expect(response.effects.count == 4)
      #expect(response.warnings.contains { $0.contains("two people sign") })
      #expect(response.warnings.contains { $0.contains("not connected") })
      #expect(try await collector.domain.commands.list(most: 10).isEmpty)
    }
  }
}
