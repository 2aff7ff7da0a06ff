import CordonCollector
import CordonCore
import CordonTestSupport
import CordonTrust
import CordonWire
import FoundationEssentials
import GRPCCore
import Testing

@Suite struct EnrolmentAdapterTests {
  @Test func aTokenMakesAnAgentAndIsUsedUp() async throws {
    try await TestCollector.with { collector in
      let token = try await collector.token(group: "ward")
      let key = IdentityKey()
      let request = try TestCollector.enrolment(token: token, key: key)
      let response = try await collector.enrolling {
        try await Cordon_V1_Enrollment.Client(wrapping: $0).enroll(request)
      }
      #expect(response.agentID == key.digest.agentID.text)
      #expect(response.group == "ward")
      let chain = try CertificateChain(der: response.chain.map { [UInt8]($0) })
      let (peer, _) = try await PeerVerifier(
        trust: collector.domain.context.trust, clock: collector.clock, accepting: [.agent], as: .client
      ).verify(chain)
      #expect(peer.identity == .agent(key.digest.agentID))
      let again = try TestCollector.enrolment(token: token, label: "ws-2")
      await expectRefusal("token-used") {
        _ = try await collector.enrolling { try await Cordon_V1_Enrollment.Client(wrapping: $0).enroll(again) }
      }
    }
  }

  @Test func aTokenIsNeverUsedTwiceHoweverManyComeAtOnce() async throws {
    try await TestCollector.with { collector in
      let token = try await collector.token(uses: 3)
      let admitted = await withTaskGroup(of: Bool.self) { group in
        for number in 0..<12 {
          group.addTask {
            guard let request = try? TestCollector.enrolment(token: token, label: "ws-\(number)") else { return false }
            let service = collector.domain.enrolment
            return
              (try? await service.enrol(
                EnrolmentService.Request(
                  token: request.token, request: [UInt8](request.csr), sealingKey: [UInt8](request.sealingKey),
                  label: request.label, version: ""))) != nil
          }
        }
        return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
      }
      #expect(admitted == 3)
    }
  }

  typealias Change = @Sendable (inout Cordon_V1_EnrollRequest) throws -> Void

  static let hostile: [(code: String, change: Change)] = [
    ("token-malformed", { $0.token = "" }), ("token-malformed", { $0.token = String(repeating: "a", count: 100_000) }),
    ("signing-request", { $0.csr = Data() }), ("signing-request", { $0.csr = Data(repeating: 0x30, count: 4097) }),
    ("signing-request", { $0.csr[$0.csr.count - 1] ^= 1 }), ("sealing-key", { $0.sealingKey = Data(count: 31) }),
    ("label", { $0.label = "" }), ("label", { $0.label = "a b" }), ("label", { $0.label = "../etc" }),
    ("label", { $0.label = String(repeating: "x", count: EnrolmentService.longestLabel + 1) }),
    ("version", { $0.version = String(repeating: "1", count: EnrolmentService.longestVersion + 1) }),
  ]

  @Test(arguments: hostile.indices) func hostileRequestsAreRefusedByName(index: Int) async throws {
    let (code, change) = Self.hostile[index]
    try await TestCollector.with { collector in
      var request = try TestCollector.enrolment(token: try await collector.token())
      try change(&request)
      let hostile = request
      await expectRefusal(code) {
        _ = try await collector.enrolling { try await Cordon_V1_Enrollment.Client(wrapping: $0).enroll(hostile) }
      }
      #expect(try await collector.domain.fleet.agents().isEmpty)
      #expect(try await collector.domain.fleet.tokens().first?.usesLeft == 1)
    }
  }

  @Test func expiredAndRevokedTokens() async throws {
    try await TestCollector.with { collector in
      let expired = try await collector.token(lifetime: .seconds(60))
      let revoked = try await collector.token()
      let id = try EnrolmentToken(revoked).id
      try await collector.domain.fleet.revokeToken(id, by: OperatorName("ann"))
      collector.clock.advance(by: .seconds(61))
      for (token, code) in [(expired, "token-expired"), (revoked, "token-revoked")] {
        let request = try TestCollector.enrolment(token: token)
        await expectRefusal(code) {
          _ = try await collector.enrolling { try await Cordon_V1_Enrollment.Client(wrapping: $0).enroll(request) }
        }
      }
    }
  }

  @Test func aCrowdIsToldToWait() async throws {
    try await TestCollector.with { collector in
      let request = EnrolmentService.Request(token: "x", request: [], sealingKey: [], label: "x", version: "")
      var codes: [String] = []
      for _ in 0...EnrolmentService.burst {
        do {
          _ = try await collector.domain.enrolment.enrol(request)
        } catch let error as CordonError {
          codes.append(error.code)
        }
      }
      #expect(codes.filter { $0 == "rate" }.count == 1)
      #expect(codes.last == "rate")
      collector.clock.advance(by: .seconds(1))
      await expectRefusal("sealing-key") { _ = try await collector.domain.enrolment.enrol(request) }
    }
  }

  @Test func nothingElseIsOnTheEnrolmentPort() async throws {
    try await TestCollector.with { collector in
      await expectRefusal("rpc-unimplemented") {
        _ = try await collector.enrolling {
          try await Cordon_V1_Admin.Client(wrapping: $0).getStatus(Cordon_V1_GetStatusRequest())
        }
      }
    }
  }

  @Test func renewalKeepsTheIdAndARevokedAgentGetsNone() async throws {
    try await TestCollector.with { collector in
      let machine = try await collector.enrol()
      let next = IdentityKey()
      var request = Cordon_V1_RenewRequest()
      request.csr = Data(try next.signingRequest())
      let asked = request
      let response = try await collector.calling(as: machine.peer) {
        try await Cordon_V1_Identity.Client(wrapping: $0).renew(asked)
      }
      let chain = try CertificateChain(der: response.chain.map { [UInt8]($0) })
      let (peer, _) = try await PeerVerifier(
        trust: collector.domain.context.trust, clock: collector.clock, accepting: [.agent], as: .client
      ).verify(chain)
      #expect(peer.identity == .agent(machine.id))
      try await collector.domain.fleet.revoke(machine.id, reason: "stolen", by: OperatorName("ann"))
      await expectRefusal("revoked") {
        _ = try await collector.calling(as: peer) { try await Cordon_V1_Identity.Client(wrapping: $0).renew(asked) }
      }
    }
  }

  @Test func anAgentThatSleptComesBackAndIsFlagged() async throws {
    try await TestCollector.with { collector in
      let machine = try await collector.enrol()
      collector.clock.advance(by: .seconds(40 * 86_400))
      var request = Cordon_V1_RenewLapsedRequest()
      let csr = try machine.key.signingRequest()
      request.chain = try machine.chain.der.map { Data($0) }
      request.csr = Data(csr)
      request.atMs = collector.clock.now.milliseconds
      request.proof = Data(try LapsedRenewal.proof(by: machine.key, request: csr, at: collector.clock.now))
      let asked = request
      let response = try await collector.enrolling {
        try await Cordon_V1_Enrollment.Client(wrapping: $0).renewLapsed(asked)
      }
      #expect(!response.chain.isEmpty)
      try await collector.ledger.sequence()
      let entries = try await collector.ledgerRecords()
      #expect(entries.contains { $0.contains("agent-returned") })
      collector.clock.advance(by: .seconds(81 * 86_400))
      await expectRefusal("clock") {
        _ = try await collector.enrolling { try await Cordon_V1_Enrollment.Client(wrapping: $0).renewLapsed(asked) }
      }
    }
  }
}

extension TestCollector {
  /// Every numbered record of the ledger, as text.
  func ledgerRecords() async throws -> [String] {
    try await LedgerService(context: domain.context, publicKey: ledger.publicKey).entries(from: 0).map {
      String(decoding: $0.record ?? [], as: UTF8.self)
    }
  }
}
