import CordonCollector
import CordonCore
import CordonStore
import CordonTestSupport
import CordonTrust
import CordonWire
import FoundationEssentials
import GRPCCore
import Testing

/// A block is seen from outside where the blocked address is another agent's; else it stays self-reported.
@Suite struct WitnessTests {
  static let blocked = SealedEntity(
    entity: EntityRef(kind: .address, keyEpoch: 1, pseudonym: [UInt8](repeating: 9, count: 16)), sealedName: [1, 2],
    part: .target)
  static let place = ProbePlace(
    address: SealedEntity(
      entity: EntityRef(kind: .address, keyEpoch: 1, pseudonym: [UInt8](repeating: 8, count: 16)), sealedName: [3, 4],
      part: .host), port: 445)

  private static func beat(owning addresses: [EntityRef]) -> Cordon_V1_AgentMessage.OneOf_Body {
    var beat = Cordon_V1_Heartbeat()
    beat.addresses = addresses.map(Cordon_V1_EntityRef.init)
    return .heartbeat(beat)
  }

  private static func record(on collector: TestCollector) async throws -> CommandRecord {
    try #require(try await collector.domain.commands.list(most: 1).first).record
  }

  /// The holder says that it holds; what the collector has recorded then.
  private static func hold(
    on collector: TestCollector, place: ProbePlace? = place, lane first: UInt64 = 1, command: Command,
    by holder: TestMachine
  ) async throws {
    let outcome = Outcome(
      commandID: command.id, state: .held, at: collector.clock.now,
      leaseUntil: collector.clock.now.advanced(by: command.lease), evidence: ["the rules are there"], probe: place)
    try await collector.connected(holder, hello: TestUplink.hello(policy: 1)) { uplink in
      _ = try await uplink.next()
      try await uplink.send([.outcome(outcome)], lane: .outcome, first: first)
      _ = try await uplink.ack()
    }
    _ = try await collector.domain.cases.workOnce()
  }

  private static func ordered(on collector: TestCollector) async throws -> (TestMachine, TestMachine, Command) {
    try await collector.apply(collector.policy(serial: 1))
    let holder = try await collector.enrol("ws-1")
    let witness = try await collector.enrol("ws-2")
    let command = collector.command(to: holder.id) { $0.action = .blockAddress(blocked) }
    _ = try await collector.domain.commands.propose(
      try command.sealed(by: [collector.site.operatorAuthority]), by: OperatorName("ann"))
    return (holder, witness, command)
  }

  @Test(arguments: ["", "answered"]) func theBlockedMachineIsAskedAndBelieved(code: String) async throws {
    try await TestCollector.with { collector in
      let (holder, witness, command) = try await Self.ordered(on: collector)
      try await collector.connected(witness, hello: TestUplink.hello(boot: "b2", policy: 1)) { uplink in
        _ = try await uplink.next()
        try await uplink.send(Self.beat(owning: [Self.blocked.entity]))
        // A batch is answered after the heartbeat before it was heard.
        try await uplink.send([.detection(collector.detection(process: nil))], lane: .detection)
        _ = try await uplink.ack()
        try await Self.hold(on: collector, command: command, by: holder)
        let directive = try #require(try await uplink.directive())
        let envelope = try directive.envelope.domain()
        let verified = try collector.domain.authority.verifier.verify(envelope, at: collector.clock.now)
        #expect(try verified.authority(for: .contain) == .standing)
        let request = try verified.decode(WitnessRequest.self)
        #expect(request.agentID == witness.id && request.holderID == holder.id && request.commandID == command.id)
        #expect(request.blocked == Self.blocked && request.place == Self.place)
        try await uplink.answer(directive)
        let seen = Outcome(
          commandID: command.id, state: .held, at: collector.clock.now, code: code,
          message: code.isEmpty ? "" : "it was answered", evidence: code.isEmpty ? ["no answer came"] : [],
          verifiedBy: request.witness)
        try await uplink.send([.outcome(seen)], lane: .outcome)
        _ = try await uplink.ack()
        _ = try await collector.domain.cases.workOnce()
        let record = try await Self.record(on: collector)
        #expect(record.state == "held")
        #expect(record.outcome?.verifiedBy == (code.isEmpty ? "agent/\(witness.id)" : "self"))
        #expect(record.outcome?.evidence.contains { $0.hasPrefix("witness: ") } == true)
      }
      // A renewed lease takes nothing back of what the witness saw.
      try await Self.hold(on: collector, lane: 2, command: command, by: holder)
      let renewed = try await Self.record(on: collector)
      #expect(renewed.outcome?.verifiedBy == (code.isEmpty ? "agent/\(witness.id)" : "self"))
      try await collector.ledger.sequence()
      #expect(try await collector.ledgerRecords().contains { $0.contains("\"command-witnessed\"") })
    }
  }

  /// Nobody of the site has that address, or the holder listens nowhere: it stays its own word.
  @Test(arguments: [true, false]) func withoutAWitnessItIsSelfReported(hasPlace: Bool) async throws {
    try await TestCollector.with { collector in
      let (holder, witness, command) = try await Self.ordered(on: collector)
      let other = EntityRef(kind: .address, keyEpoch: 1, pseudonym: [UInt8](repeating: 7, count: 16))
      try await collector.connected(witness, hello: TestUplink.hello(boot: "b2", policy: 1)) { uplink in
        _ = try await uplink.next()
        try await uplink.send(Self.beat(owning: [hasPlace ? other : Self.blocked.entity]))
        try await uplink.send([.detection(collector.detection(process: nil))], lane: .detection)
        _ = try await uplink.ack()
        try await Self.hold(on: collector, place: hasPlace ? Self.place : nil, command: command, by: holder)
      }
      let record = try await Self.record(on: collector)
      #expect(record.state == "held" && record.outcome?.verifiedBy == "self")
      #expect(try await collector.domain.context.store.openOutbound(of: witness.id).isEmpty)
    }
  }

  /// A machine that has another address has nothing to say of the block.
  @Test func whoIsNotBlockedIsNoWitness() async throws {
    try await TestCollector.with { collector in
      let (holder, liar, command) = try await Self.ordered(on: collector)
      try await Self.hold(on: collector, command: command, by: holder)
      let word = Outcome(
        commandID: command.id, state: .held, at: collector.clock.now, verifiedBy: WitnessRequest.witness(liar.id))
      try await collector.connected(liar, hello: TestUplink.hello(boot: "b2", policy: 1)) { uplink in
        _ = try await uplink.next()
        try await uplink.send([.outcome(word)], lane: .outcome)
        _ = try await uplink.ack()
      }
      _ = try await collector.domain.cases.workOnce()
      #expect(try await Self.record(on: collector).outcome?.verifiedBy == "self")
    }
  }
}
