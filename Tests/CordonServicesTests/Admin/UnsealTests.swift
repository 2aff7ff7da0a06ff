import CordonCollector
import CordonCore
import CordonStore
import CordonTestSupport
import CordonTrust
import CordonWire
import FoundationEssentials
import GRPCCore
import Testing

/// A question for names: who may ask, who must agree, who may answer, and what of it is kept.
@Suite struct UnsealTests {
  private static func sealed(_ kind: EntityKind, _ byte: UInt8 = 5) -> SealedEntity {
    SealedEntity(
      entity: EntityRef(kind: kind, keyEpoch: 1, pseudonym: [UInt8](repeating: byte, count: 16)),
      sealedName: [1, 2, 3], part: .actor)
  }

  private static func order(
    to agent: AgentID, _ kinds: [EntityKind], on collector: TestCollector, valid: Duration = .seconds(600)
  ) -> UnsealOrder {
    UnsealOrder(
      id: collector.domain.context.ids.next(at: collector.clock.now), agentID: agent, names: kinds.map { sealed($0) },
      answerKey: [UInt8](repeating: 9, count: 32), reason: "ticket 4711",
      notAfter: collector.clock.now.advanced(by: valid))
  }

  private static func ask(
    _ order: UnsealOrder, by key: AuthoritySigningKey = TestCollector.uma, as name: String = "uma",
    of collector: TestCollector
  ) async throws -> Cordon_V1_StoredUnseal {
    try await collector.calling(as: collector.person(name)) { client in
      var request = Cordon_V1_AskUnsealRequest()
      request.envelope = Cordon_V1_Envelope(try order.sealed(by: [key]))
      return try await Cordon_V1_Admin.Client(wrapping: client).askUnseal(request).unseal
    }
  }

  private static func listed(_ collector: TestCollector) async throws -> Cordon_V1_StoredUnseal {
    try await collector.calling(as: collector.person("uma")) { client in
      let response = try await Cordon_V1_Admin.Client(wrapping: client).listUnseals(.init())
      return try #require(response.unseals.first)
    }
  }

  /// Delivers, and says what the machine answers.
  private static func answer(
    _ order: UnsealOrder, _ names: [[UInt8]], by machine: TestMachine, on collector: TestCollector,
    hears: Bool = true
  ) async throws {
    var outcome = Outcome(commandID: order.id, state: .held, at: collector.clock.now)
    outcome.unsealed = names
    try await collector.connected(machine, hello: TestUplink.hello(policy: 1)) { [outcome] uplink in
      if hears {
        let envelope = try #require(try await uplink.directive()?.envelope.domain())
        #expect(try UnsealOrder(payload: envelope.payload) == order)
      }
      try await uplink.send([.outcome(outcome)], lane: .outcome)
      _ = try await uplink.ack()
    }
    _ = try await collector.domain.cases.workOnce()
  }

  @Test func oneWhoMayAsksForStaffAndTheAnswerIsKept() async throws {
    try await TestCollector.with { collector in
      try await collector.apply(collector.policy(serial: 1))
      let machine = try await collector.enrol("ws-1")
      let order = Self.order(to: machine.id, [.user, .path], on: collector)
      #expect(try await Self.ask(order, of: collector).state == "ordered")
      try await Self.answer(order, [[4, 5], [6]], by: machine, on: collector)
      let stored = try await Self.listed(collector)
      #expect(stored.state == "answered" && stored.askedBy == "uma" && stored.agentLabel == "ws-1")
      #expect(stored.outcome.unsealed == [Data([4, 5]), Data([6])])
    }
  }

  @Test func aPatientTakesAPrivacyOfficerToo() async throws {
    try await TestCollector.with { collector in
      try await collector.apply(collector.policy(serial: 1))
      let machine = try await collector.enrol("ehr-gateway")
      let order = Self.order(to: machine.id, [.user, .record], on: collector)
      let asked = try await Self.ask(order, of: collector)
      #expect(asked.state == "proposed" && asked.signatures == 1 && asked.signaturesNeeded == 2)
      let envelope = try asked.envelope.domain()
      func approve(_ key: AuthoritySigningKey, as name: String) async throws -> String {
        try await collector.calling(as: collector.person(name)) { client in
          var request = Cordon_V1_ApproveUnsealRequest()
          request.id = Data(order.id.bytes)
          request.signature = Cordon_V1_EnvelopeSignature(try key.signature(of: envelope))
          return try await Cordon_V1_Admin.Client(wrapping: client).approveUnseal(request).unseal.state
        }
      }
      await expectRefusal("already-signed") { _ = try await approve(TestCollector.uma, as: "uma") }
      await expectRefusal("role") { _ = try await approve(collector.clara, as: "uma") }
      #expect(try await approve(TestCollector.paul, as: "paul") == "ordered")
      await expectRefusal("unseal-state") { _ = try await approve(TestCollector.paul, as: "paul") }
      try await Self.answer(order, [[1], [2]], by: machine, on: collector)
      #expect(try await Self.listed(collector).state == "answered")
    }
  }

  @Test func whoMayNotIsRefused() async throws {
    try await TestCollector.with { collector in
      let machine = try await collector.enrol("ws-1")
      let order = Self.order(to: machine.id, [.user], on: collector)
      await expectRefusal("role") {
        _ = try await Self.ask(order, by: collector.site.operatorAuthority, as: "ann", of: collector)
      }
      await expectRefusal("role") { _ = try await Self.ask(order, by: collector.identity.standing, of: collector) }
      await expectRefusal("role") { _ = try await Self.ask(order, as: "aude", of: collector) }
      await expectRefusal("unknown-key") { _ = try await Self.ask(order, by: AuthoritySigningKey(), of: collector) }
      for valid in [Duration.zero, .seconds(86_401)] {
        let order = Self.order(to: machine.id, [.user], on: collector, valid: valid)
        await #expect(throws: CordonError.self) { _ = try await Self.ask(order, of: collector) }
      }
      #expect(try await collector.domain.unseals.list(most: 10).isEmpty)
    }
  }

  @Test func anotherMachinesAnswerAndASecondAnswerAreIgnored() async throws {
    try await TestCollector.with { collector in
      try await collector.apply(collector.policy(serial: 1))
      let (machine, other) = (try await collector.enrol("ws-1"), try await collector.enrol("ws-2"))
      let order = Self.order(to: machine.id, [.user], on: collector)
      _ = try await Self.ask(order, of: collector)
      try await Self.answer(order, [[6, 6, 6]], by: other, on: collector, hears: false)
      #expect(try await Self.listed(collector).state == "ordered")
      // Another number of names than asked for is no answer.
      try await Self.answer(order, [[1], [2]], by: machine, on: collector)
      #expect(try await Self.listed(collector).state == "refused")
    }
  }

  @Test func everyStepIsInTheLedgerByPseudonym() async throws {
    try await TestCollector.with { collector in
      try await collector.apply(collector.policy(serial: 1))
      let machine = try await collector.enrol("ws-1")
      let order = Self.order(to: machine.id, [.user], on: collector)
      _ = try await Self.ask(order, of: collector)
      try await Self.answer(order, [[4, 5]], by: machine, on: collector)
      try await collector.ledger.sequence()
      let records = try await collector.ledgerRecords().filter { $0.contains("\"unseal\"") }
      try #require(records.count == 2)
      for text in ["operator/uma", "ticket 4711", "user-05050505", "asked"] { #expect(records[0].contains(text)) }
      for text in ["agent/\(machine.id)", "answered"] { #expect(records[1].contains(text)) }
    }
  }
}
