import CordonCore
import CordonStore
import CordonTestSupport
import Testing

@Suite("Agents, tokens, sessions, operators")
struct FleetTests {
  private func enrolled(_ store: CollectorStore, _ numbers: Int...) async throws {
    for number in numbers {
      try await store.createToken(Samples.token(number))
      try await store.enrol(Samples.agentRecord(number), token: Samples.digest(number), at: Samples.now)
    }
  }

  @Test(arguments: StoreKind.allCases)
  func anAgentComesBackAsItWasEnrolled(_ kind: StoreKind) async throws {
    try await kind.withStore { subject in
      try await enrolled(subject.store, 1)
      #expect(try await subject.store.agent(Samples.agent(1)) == Samples.agentRecord(1))
      #expect(try await subject.store.agent(Samples.agent(2)) == nil)
    }
  }

  @Test(arguments: StoreKind.allCases)
  func aTokenIsUsedUpExactlyOnceUnderConcurrency(_ kind: StoreKind) async throws {
    try await kind.withStore { subject in
      let store = subject.store
      try await store.createToken(Samples.token(1, uses: 3))
      let successes = await withTaskGroup(of: Bool.self) { group in
        for number in 1...8 {
          group.addTask {
            do {
              try await store.enrol(Samples.agentRecord(number), token: Samples.digest(1), at: Samples.now)
              return true
            } catch {
              return false
            }
          }
        }
        return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
      }
      #expect(successes == 3)
      #expect(try await store.agents().count == 3)
      #expect(try await store.tokens().map(\.usesLeft) == [0])
    }
  }

  static let unusable: [(String, String)] = [
    ("token-unknown", "unknown"), ("token-used", "used"), ("token-expired", "expired"), ("token-revoked", "revoked"),
  ]

  @Test(arguments: unusable)
  func aTokenThatMayNotBeUsedEnrolsNobody(_ code: String, _ why: String) async throws {
    try await StoreKind.sqlite.withStore { subject in
      let store = subject.store
      var token = Samples.token(1)
      if why == "used" { token.usesLeft = 0 }
      if why == "expired" { token.notAfter = Samples.now }
      if why != "unknown" { try await store.createToken(token) }
      if why == "revoked" { try await store.revokeToken("t1", at: Samples.now) }
      await expectRefusal(code) { _ = try await store.checkToken(token.digest, at: Samples.now) }
      await expectRefusal(code) {
        try await store.enrol(
          Samples.agentRecord(1), token: token.digest, at: Samples.now, Consequences(ledger: [Samples.ledger("x")]))
      }
      #expect(try await store.agents().isEmpty)
      #expect(try await store.pendingLedger(most: 9).isEmpty)
    }
  }

  @Test(arguments: StoreKind.allCases)
  func aRevokedAgentStaysRevoked(_ kind: StoreKind) async throws {
    try await kind.withStore { subject in
      let store = subject.store
      try await enrolled(store, 1, 2)
      try await store.openSession(session(1, number: 1))
      try await store.setState(of: Samples.agent(1), to: .revoked, reason: "stolen", at: Samples.now)
      #expect(try await store.sessions().isEmpty)
      #expect(try await store.agent(Samples.agent(1))?.stateReason == "stolen")
      #expect(try await store.revokedKeyDigests() == [Samples.digest(1)])
      await expectRefusal("agent-revoked") { try await store.openSession(session(1, number: 2)) }
      await expectRefusal("agent-revoked") {
        try await store.setState(of: Samples.agent(1), to: .enrolled, reason: "", at: Samples.now)
      }
      try await store.createToken(Samples.token(9))
      await expectRefusal("agent-revoked") {
        try await store.enrol(Samples.agentRecord(1), token: Samples.digest(9), at: Samples.now)
      }
      #expect(try await store.checkToken(Samples.digest(9), at: Samples.now).usesLeft == 1)
      await expectRefusal("agent-unknown") {
        try await store.setState(of: Samples.agent(5), to: .revoked, reason: "", at: Samples.now)
      }
    }
  }

  private func session(_ agent: Int, number: Int, collector: String = "c1") -> SessionRecord {
    SessionRecord(
      agent: Samples.agent(agent), session: Samples.id(number), collector: collector, bootID: "boot",
      since: Samples.now)
  }

  @Test(arguments: StoreKind.allCases)
  func theLastSessionToOpenHoldsTheAgent(_ kind: StoreKind) async throws {
    try await kind.withStore { subject in
      let store = subject.store
      try await enrolled(store, 1, 2)
      #expect(try await store.openSession(session(1, number: 1)) == nil)
      #expect(try await store.openSession(session(1, number: 2, collector: "c2")) == session(1, number: 1))
      try await store.closeSession(Samples.id(1), of: Samples.agent(1), at: Samples.now)
      #expect(try await store.sessions() == [session(1, number: 2, collector: "c2")])
      #expect(try await store.sessions(of: "c1").isEmpty)
      try await store.closeSession(Samples.id(2), of: Samples.agent(1), at: Samples.now)
      #expect(try await store.sessions().isEmpty)
      #expect(try await store.agent(Samples.agent(1))?.lastSeen == Samples.now)
      try await store.openSession(session(2, number: 3))
      try await store.clearSessions(of: "c1")
      #expect(try await store.sessions().isEmpty)
    }
  }

  @Test(arguments: StoreKind.allCases)
  func whatAnAgentTellsIsKept(_ kind: StoreKind) async throws {
    try await kind.withStore { subject in
      let store = subject.store
      try await enrolled(store, 1)
      let id = Samples.agent(1)
      try await store.recordHello(
        of: id, version: "1.0", bootID: "b1", clockOffset: .milliseconds(-40), policySerial: 3, rosterSerial: 1,
        at: Samples.now)
      let later = Samples.now.advanced(by: .seconds(15))
      let beat = AgentHeartbeat(
        clock: later.advanced(by: .milliseconds(25)), cpuMilliseconds: 9, memoryBytes: 14 << 20,
        drops: [.init(cause: "late", count: 2)], sensors: [.init(name: "audit", isRunning: false, reason: "locked")],
        checkpoint: "cordon\n3\n", bootID: "b2", policySerial: .max, rosterSerial: 2, held: 1)
      try await store.recordHeartbeats([id: beat, Samples.agent(7): beat], at: later)
      let known = try await store.agent(id)
      #expect(known?.version == "1.0")
      #expect(known?.heartbeat == beat)
      #expect(known?.clockOffset == .milliseconds(25))
      #expect(known?.bootID == "b2")
      #expect(known?.rosterSerial == 2)
      try await store.recordCertificate(
        of: id, keyDigest: Samples.digest(77), notAfter: later, at: later, Consequences(ledger: [Samples.ledger("r")]))
      #expect(try await store.agent(id)?.keyDigest == Samples.digest(77))
      #expect(try await store.agent(id)?.heartbeat == beat)
    }
  }

  @Test(arguments: StoreKind.allCases)
  func agentsComeInPages(_ kind: StoreKind) async throws {
    try await kind.withStore { subject in
      try await enrolled(subject.store, 1, 2, 3)
      let first = try await subject.store.agents(most: 2)
      let rest = try await subject.store.agents(after: first.last?.id, most: 2)
      #expect((first + rest).map(\.id) == [1, 2, 3].map(Samples.agent).sorted())
    }
  }

  @Test(arguments: StoreKind.allCases)
  func operatorsAreAddedRenewedAndRevoked(_ kind: StoreKind) async throws {
    try await kind.withStore { subject in
      let store = subject.store
      var ann = OperatorRecord(
        name: "ann", roles: ["responder", "admin"], keyDigest: Samples.digest(1), certificateNotAfter: Samples.now,
        addedAt: Samples.now)
      try await store.saveOperator(ann, at: Samples.now)
      ann.keyDigest = Samples.digest(2)
      try await store.saveOperator(ann, at: Samples.now)
      #expect(try await store.operators() == [ann])
      try await store.revokeOperator("ann", reason: "left", at: Samples.now)
      #expect(try await store.operatorNamed("ann")?.isRevoked == true)
      #expect(try await store.revokedKeyDigests() == [Samples.digest(2)])
      await expectRefusal("operator-revoked") { try await store.saveOperator(ann, at: Samples.now) }
      await expectRefusal("operator-unknown") { try await store.revokeOperator("bob", reason: "", at: Samples.now) }
      #expect(try await store.operatorNamed("bob") == nil)
    }
  }
}
