import CordonCollector
import CordonCore
import CordonTestSupport
import CordonTrust
import CordonWire
import GRPCCore
import Testing

@Suite struct AccessTests {
  @Test func anAgentsCertificateOpensNothingOnAdmin() async throws {
    try await TestCollector.with { collector in
      let machine = try await collector.enrol()
      await expectRefusal("role") {
        _ = try await collector.calling(as: machine.peer) {
          try await Cordon_V1_Admin.Client(wrapping: $0).listAgents(Cordon_V1_ListAgentsRequest())
        }
      }
      await expectRefusal("role") {
        _ = try await collector.calling(as: machine.peer) {
          try await Cordon_V1_Admin.Client(wrapping: $0).createToken(Cordon_V1_CreateTokenRequest())
        }
      }
    }
  }

  @Test func withoutACertificateNothingIsOpen() async throws {
    try await TestCollector.with { collector in
      await expectRefusal("unauthenticated") {
        _ = try await collector.calling(as: nil) {
          try await Cordon_V1_Admin.Client(wrapping: $0).getStatus(Cordon_V1_GetStatusRequest())
        }
      }
    }
  }

  @Test(arguments: [("vera", "role"), ("aude", "role"), ("nobody", "role"), ("clara", "role")])
  func aRoleTooLowIsRefused(name: String, code: String) async throws {
    try await TestCollector.with { collector in
      await expectRefusal(code) {
        _ = try await collector.calling(as: collector.person(name)) {
          try await Cordon_V1_Admin.Client(wrapping: $0).createToken(Cordon_V1_CreateTokenRequest())
        }
      }
    }
  }

  @Test func anOperatorIsNoAgent() async throws {
    try await TestCollector.with { collector in
      await expectRefusal("role") {
        _ = try await collector.calling(as: collector.person("ann")) { client in
          try await Cordon_V1_Uplink.Client(wrapping: client).connect(
            request: StreamingClientRequest { _ in }
          ) { response in
            for try await _ in response.messages {}
          }
        }
      }
    }
  }

  @Test func aNewerCertificateOfAnotherKeyEndsTheOlder() async throws {
    try await TestCollector.with { collector in
      let (lost, next) = (IdentityKey(), IdentityKey())
      for key in [lost, next] {
        _ = try await collector.domain.operators.add(
          name: "bob", roles: ["viewer"], request: try key.signingRequest(), by: OperatorName("ann"))
        _ = try await collector.calling(as: collector.peer(.operator("bob"), key: key)) {
          try await Cordon_V1_Admin.Client(wrapping: $0).getStatus(Cordon_V1_GetStatusRequest())
        }
      }
      await expectRefusal("superseded") {
        _ = try await collector.calling(as: collector.peer(.operator("bob"), key: lost)) {
          try await Cordon_V1_Admin.Client(wrapping: $0).getStatus(Cordon_V1_GetStatusRequest())
        }
      }
    }
  }

  @Test func aRoleTakenAwayIsGoneAtOnceAndARevokedOperatorIsOut() async throws {
    try await TestCollector.with { collector in
      let domain = collector.domain
      let ann = OperatorName("ann")
      let key = IdentityKey()
      _ = try await domain.operators.add(
        name: "bob", roles: ["admin"], request: try key.signingRequest(), by: ann)
      let bob = collector.peer(.operator("bob"), key: key)
      _ = try await collector.calling(as: bob) {
        try await Cordon_V1_Admin.Client(wrapping: $0).listTokens(Cordon_V1_ListTokensRequest())
      }
      _ = try await domain.operators.add(
        name: "bob", roles: ["viewer"], request: try key.signingRequest(), by: ann)
      await expectRefusal("role") {
        _ = try await collector.calling(as: bob) {
          try await Cordon_V1_Admin.Client(wrapping: $0).listTokens(Cordon_V1_ListTokensRequest())
        }
      }
      try await domain.operators.revoke("bob", reason: "left", by: ann)
      await expectRefusal("revoked") {
        _ = try await collector.calling(as: bob) {
          try await Cordon_V1_Admin.Client(wrapping: $0).getStatus(Cordon_V1_GetStatusRequest())
        }
      }
      await expectRefusal("last-admin") { try await domain.operators.revoke("ann", reason: "", by: ann) }
    }
  }
}
