import CordonCollector
import CordonCore
import CordonStore
import CordonTestSupport
import CordonTrust
import CordonWire
import FoundationEssentials
import GRPCCore
import Testing

/// The next epoch's keys on their way: who may send them, to whom they go, and what is kept of it.
@Suite struct KeyRotationTests {
  private static func rotation(
    _ epoch: UInt32, to agent: AgentID, on collector: TestCollector, linkable: Duration = .seconds(86_400)
  ) -> KeyRotation {
    let begins = collector.clock.now.advanced(by: .seconds(3_600))
    return KeyRotation(
      agentID: agent, epoch: epoch, begins: begins, linkableUntil: begins.advanced(by: linkable),
      sealedStaff: [UInt8](repeating: UInt8(epoch), count: KeyRotation.sealedLength),
      sealedPatient: [UInt8](repeating: 9, count: KeyRotation.sealedLength))
  }

  private static func submit(
    _ rotations: [KeyRotation], by key: AuthoritySigningKey = TestCollector.paul, as name: String = "paul",
    of collector: TestCollector
  ) async throws -> UInt64 {
    try await collector.calling(as: collector.person(name)) { client in
      var request = Cordon_V1_RotateKeysRequest()
      for rotation in rotations { request.envelopes.append(Cordon_V1_Envelope(try rotation.sealed(by: [key]))) }
      return try await Cordon_V1_Admin.Client(wrapping: client).rotateKeys(request).agents
    }
  }

  @Test func eachAgentGetsItsOwnAndTheLedgerHasIt() async throws {
    try await TestCollector.with { collector in
      try await collector.apply(collector.policy(serial: 1))
      let (first, second) = (try await collector.enrol("ws-1"), try await collector.enrol("ws-2"))
      let rotations = [first, second].map { Self.rotation(2, to: $0.id, on: collector) }
      #expect(try await Self.submit(rotations, of: collector) == 2)
      for (machine, rotation) in zip([first, second], rotations) {
        try await collector.connected(machine, hello: TestUplink.hello(policy: 1)) { uplink in
          let envelope = try #require(try await uplink.directive()?.envelope.domain())
          #expect(envelope.type == .keys)
          #expect(try KeyRotation(payload: envelope.payload) == rotation)
        }
      }
      try await collector.ledger.sequence()
      let records = try await collector.ledgerRecords().filter { $0.contains("\"keys-rotated\"") }
      try #require(records.count == 1)
      for text in ["operator/paul", "key-epoch/2", "\"agents\":\"2\"", "\"signed_by\":\"paul\""] {
        #expect(records[0].contains(text), "\(text)")
      }
    }
  }

  /// An agent that is away gets the next epochs in their order when it returns.
  @Test func whoIsAwayGetsThemLater() async throws {
    try await TestCollector.with { collector in
      try await collector.apply(collector.policy(serial: 1))
      let machine = try await collector.enrol("ws-1")
      for epoch in [2, 3] as [UInt32] {
        _ = try await Self.submit([Self.rotation(epoch, to: machine.id, on: collector)], of: collector)
      }
      let waiting = try await collector.domain.context.store.openOutbound(of: machine.id)
        .filter { $0.type == EnvelopeType.keys.rawValue }
      #expect(try waiting.map { try KeyRotation(payload: Envelope(serialized: $0.envelope).payload).epoch } == [2, 3])
    }
  }

  @Test func whatIsNotWellSignedOrNotOneRotationIsRefused() async throws {
    try await TestCollector.with { collector in
      let (first, second) = (try await collector.enrol("ws-1"), try await collector.enrol("ws-2"))
      let rotation = Self.rotation(2, to: first.id, on: collector)
      await expectRefusal("threshold") {
        _ = try await Self.submit([rotation], by: collector.site.operatorAuthority, of: collector)
      }
      await expectRefusal("threshold") {
        _ = try await Self.submit([rotation], by: collector.identity.standing, of: collector)
      }
      await expectRefusal("role") { _ = try await Self.submit([rotation], as: "uma", of: collector) }
      await expectRefusal("rotation-count") { _ = try await Self.submit([], of: collector) }
      await expectRefusal("rotation-mixed") { _ = try await Self.submit([rotation, rotation], of: collector) }
      await expectRefusal("rotation-mixed") {
        _ = try await Self.submit([rotation, Self.rotation(3, to: second.id, on: collector)], of: collector)
      }
      let nobody = try #require(AgentID("ffffffffffffffffffffffffffffffff"))
      await expectRefusal("agent-unknown") {
        _ = try await Self.submit([rotation, Self.rotation(2, to: nobody, on: collector)], of: collector)
      }
      #expect(try await Self.submit([Self.rotation(3, to: first.id, on: collector)], of: collector) == 1)
      await expectRefusal("rolled-back") { _ = try await Self.submit([rotation], of: collector) }
      // The newest again, for one that enrolled meanwhile.
      #expect(try await Self.submit([Self.rotation(3, to: second.id, on: collector)], of: collector) == 1)
    }
  }
}
