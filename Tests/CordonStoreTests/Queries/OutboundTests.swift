import CordonCore
import CordonStore
import CordonTestSupport
import Testing

@Suite("Authority and what is on its way to agents")
struct OutboundTests {
  private func store(_ subject: StoreUnderTest) async throws -> CollectorStore {
    for (number, group) in [(1, "ward-3"), (2, "ward-3"), (3, "icu")] {
      try await subject.store.createToken(Samples.token(number))
      try await subject.store.enrol(
        Samples.agentRecord(number, group: group), token: Samples.digest(number), at: Samples.now)
    }
    return subject.store
  }

  private func draft(_ target: OutboundDraft.Target, _ byte: UInt8 = 1, type: String = "policy") -> OutboundDraft {
    OutboundDraft(to: target, type: type, envelope: [byte], supersedesType: type == "policy")
  }

  @Test(arguments: StoreKind.allCases)
  func eachAgentHasItsOwnSerials(_ kind: StoreKind) async throws {
    try await kind.withStore { subject in
      let store = try await store(subject)
      try await store.decide(Consequences(outbound: [draft(.everyone, 1, type: "command")]), at: Samples.now)
      try await store.decide(Consequences(outbound: [draft(.group("ward-3"), 2, type: "command")]), at: Samples.now)
      try await store.decide(
        Consequences(outbound: [draft(.agent(Samples.agent(3)), 3, type: "command")]), at: Samples.now)
      for (agent, expected) in [(1, [1, 2]), (2, [1, 2]), (3, [1, 3])] {
        let rows = try await store.openOutbound(of: Samples.agent(agent))
        #expect(rows.map(\.serial) == [1, 2])
        #expect(rows.map(\.envelope) == expected.map { [UInt8($0)] })
      }
      #expect(try await store.openOutbound(of: Samples.agent(1), after: 1).map(\.serial) == [2])
      #expect(try await store.openOutbound(of: Samples.agent(1), most: 1).map(\.serial) == [1])
    }
  }

  @Test(arguments: StoreKind.allCases)
  func anEnvelopeIsOpenUntilItIsAnswered(_ kind: StoreKind) async throws {
    try await kind.withStore { subject in
      let store = try await store(subject)
      let agent = Samples.agent(1)
      try await store.decide(Consequences(outbound: [draft(.agent(agent), type: "command")]), at: Samples.now)
      try await store.openSession(
        SessionRecord(agent: agent, session: Samples.id(1), collector: "c1", bootID: "", since: Samples.now))
      #expect(try await store.agentsWithPendingOutbound(of: "c1") == [agent])
      #expect(try await store.agentsWithPendingOutbound(of: "c2").isEmpty)
      try await store.markDelivered(1, to: agent)
      #expect(try await store.agentsWithPendingOutbound(of: "c1").isEmpty)
      try subject.reopen()
      let reopened = subject.store
      #expect(try await reopened.openOutbound(of: agent).map(\.state) == [.delivered])
      let consequences = Consequences(ledger: [Samples.ledger("answer")])
      let answered = try await reopened.answerOutbound(
        1, of: agent, .refused, code: "clock", message: "late", at: Samples.now, consequences)
      #expect(answered?.answer == .refused)
      #expect(answered?.code == "clock")
      // A repeat changes nothing.
      let again = try await reopened.answerOutbound(1, of: agent, .accepted, at: Samples.now, consequences)
      #expect(again?.answer == .refused)
      #expect(try await reopened.openOutbound(of: agent).isEmpty)
      #expect(try await reopened.pendingLedger(most: 9).count == 1)
      let unasked = try await reopened.answerOutbound(7, of: agent, .accepted, at: Samples.now, consequences)
      #expect(unasked == nil)
    }
  }

  @Test(arguments: StoreKind.allCases)
  func aNewPolicyTakesThePlaceOfAnUnansweredOne(_ kind: StoreKind) async throws {
    try await kind.withStore { subject in
      let store = try await store(subject)
      try await store.decide(
        Consequences(outbound: [draft(.everyone, 1), draft(.everyone, 9, type: "command")]), at: Samples.now)
      try await store.decide(Consequences(outbound: [draft(.group("ward-3"), 2)]), at: Samples.now)
      #expect(try await store.openOutbound(of: Samples.agent(1)).map(\.envelope) == [[9], [2]])
      #expect(try await store.openOutbound(of: Samples.agent(3)).map(\.envelope) == [[1], [9]])
    }
  }

  @Test(arguments: StoreKind.allCases)
  func aRevokedAgentGetsNothingMore(_ kind: StoreKind) async throws {
    try await kind.withStore { subject in
      let store = try await store(subject)
      try await store.setState(of: Samples.agent(1), to: .revoked, reason: "", at: Samples.now)
      try await store.decide(Consequences(outbound: [draft(.everyone)]), at: Samples.now)
      #expect(try await store.openOutbound(of: Samples.agent(1)).isEmpty)
      await expectRefusal("agent-unknown") {
        try await store.decide(
          Consequences(ledger: [Samples.ledger("x")], outbound: [draft(.agent(Samples.agent(1)))]), at: Samples.now)
      }
      #expect(try await store.pendingLedger(most: 9).isEmpty)
    }
  }

  private func policy(_ serial: UInt64, group: String = "") -> AuthorityRecord {
    AuthorityRecord(
      kind: .policy, serial: serial, group: group, envelope: [UInt8(truncatingIfNeeded: serial)], storedAt: Samples.now,
      storedBy: "ann")
  }

  @Test(arguments: StoreKind.allCases)
  func serialsOnlyRise(_ kind: StoreKind) async throws {
    try await kind.withStore { subject in
      let store = subject.store
      #expect(try await store.highestSerial(.policy) == 0)
      for (serial, group) in [(UInt64(1), ""), (2, "icu"), (4, "ward-3")] {
        try await store.storeAuthority(policy(serial, group: group))
      }
      for serial in [UInt64(0), 1, 3, 4, .max] {
        await expectRefusal("serial-not-above") {
          try await store.storeAuthority(policy(serial), Consequences(ledger: [Samples.ledger("x")]))
        }
      }
      #expect(try await store.pendingLedger(most: 9).isEmpty)
      #expect(try await store.newestPolicy(for: "icu") == policy(2, group: "icu"))
      #expect(try await store.newestPolicy(for: "elsewhere") == policy(1))
      #expect(try await store.highestSerial(.policy) == 4)
      #expect(try await store.newestRoster() == nil)
      var roster = policy(1)
      roster.kind = .roster
      try await store.storeAuthority(roster)
      #expect(try await store.newestRoster() == roster)
      #expect(try await store.authority(.policy).map(\.serial) == [4, 2, 1])
    }
  }
}
