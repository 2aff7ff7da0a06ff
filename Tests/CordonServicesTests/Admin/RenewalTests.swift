import CordonCollector
import CordonCore
import CordonTestSupport
import CordonTrust
import CordonWire
import GRPCCore
import Testing

/// A lease is renewed by a signed message, within what was signed for the command.
@Suite struct RenewalTests {
  private static func renew(
    _ renewal: LeaseRenewal, by keys: [AuthoritySigningKey], as name: String = "ann", on collector: TestCollector
  ) async throws {
    let envelope = try renewal.sealed(by: keys)
    try await collector.calling(as: collector.person(name)) { client in
      var request = Cordon_V1_RenewCommandRequest()
      request.envelope = Cordon_V1_Envelope(envelope)
      _ = try await Cordon_V1_Admin.Client(wrapping: client).renewCommand(request)
    }
  }

  /// A command that its agent holds for 600 s of at most 3,600.
  private static func held(
    on collector: TestCollector, label: String = "ws-1"
  ) async throws -> (command: Command, machine: TestMachine) {
    try await collector.apply(collector.policy(serial: 1))
    let machine = try await collector.enrol(label)
    let command = collector.command(to: machine.id)
    let signers =
      label == "ws-1" ? [collector.site.operatorAuthority] : [collector.site.operatorAuthority, collector.clara]
    _ = try await collector.domain.commands.propose(try command.sealed(by: signers), by: OperatorName("ann"))
    let outcome = Outcome(
      commandID: command.id, state: .held, at: collector.clock.now,
      leaseUntil: collector.clock.now.advanced(by: command.lease))
    try await collector.connected(machine, hello: TestUplink.hello(policy: 1)) { uplink in
      try await uplink.answer(try #require(try await uplink.directive()))
      try await uplink.send([.outcome(outcome)], lane: .outcome)
      _ = try await uplink.ack()
    }
    _ = try await collector.domain.cases.workOnce()
    return (command, machine)
  }

  @Test func aRenewalReachesTheAgentAndTheLedger() async throws {
    try await TestCollector.with { collector in
      let (command, machine) = try await Self.held(on: collector)
      let renewal = LeaseRenewal(
        commandID: command.id, agentID: machine.id, until: collector.clock.now.advanced(by: .seconds(1200)))
      try await Self.renew(renewal, by: [collector.site.operatorAuthority], on: collector)
      try await collector.connected(machine, hello: TestUplink.hello(policy: 1)) { uplink in
        let directive = try #require(try await uplink.directive())
        let envelope = try directive.envelope.domain()
        #expect(envelope.type == .renewal)
        #expect(try LeaseRenewal(payload: envelope.payload) == renewal)
        try await uplink.answer(directive)
        let outcome = Outcome(
          commandID: command.id, state: .held, at: collector.clock.now, leaseUntil: renewal.until,
          evidence: ["the lease was renewed"])
        try await uplink.send([.outcome(outcome)], lane: .outcome, first: 2)
        _ = try await uplink.ack()
      }
      _ = try await collector.domain.cases.workOnce()
      let record = try #require(try await collector.domain.commands.list(most: 1).first).record
      #expect(record.state == "held" && record.outcome?.leaseUntil == renewal.until)
      try await collector.ledger.sequence()
      #expect(try await collector.ledgerRecords().contains { $0.contains("\"command-renewed\"") })
    }
  }

  @Test func whatWasNotSignedForIsRefused() async throws {
    try await TestCollector.with { collector in
      let (command, machine) = try await Self.held(on: collector)
      let ann = collector.site.operatorAuthority
      let good = LeaseRenewal(
        commandID: command.id, agentID: machine.id, until: collector.clock.now.advanced(by: .seconds(1200)))
      var wrong = good
      wrong.until = command.maxUntil.advanced(by: .milliseconds(1))
      await expectRefusal("lease") { [wrong] in try await Self.renew(wrong, by: [ann], on: collector) }
      wrong.until = collector.clock.now.advanced(by: .seconds(600))
      await expectRefusal("lease") { [wrong] in try await Self.renew(wrong, by: [ann], on: collector) }
      wrong = good
      wrong.agentID = try Samples.agent(1)
      await expectRefusal("renewal-target") { [wrong] in try await Self.renew(wrong, by: [ann], on: collector) }
      wrong = good
      wrong.commandID = collector.domain.context.ids.next(at: collector.clock.now)
      await expectRefusal("command-unknown") { [wrong] in try await Self.renew(wrong, by: [ann], on: collector) }
      await expectRefusal("unsigned") { try await Self.renew(good, by: [], on: collector) }
      await expectRefusal("threshold") { try await Self.renew(good, by: [collector.clara], on: collector) }
      await expectRefusal("standing-forged") {
        try await Self.renew(good, by: [collector.identity.standing], on: collector)
      }
      await expectRefusal("role") { try await Self.renew(good, by: [ann], as: "vera", on: collector) }
    }
  }

  /// What took two to order takes two to prolong.
  @Test func aClinicalHoldIsNotRenewedByOne() async throws {
    try await TestCollector.with { collector in
      let (command, machine) = try await Self.held(on: collector, label: "pump")
      let renewal = LeaseRenewal(
        commandID: command.id, agentID: machine.id, until: collector.clock.now.advanced(by: .seconds(1200)))
      let ann = collector.site.operatorAuthority
      await expectRefusal("threshold") { try await Self.renew(renewal, by: [ann], on: collector) }
      try await Self.renew(renewal, by: [ann, collector.clara], on: collector)
    }
  }
}
