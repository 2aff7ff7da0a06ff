import CordonCore
import CordonTestSupport
import CordonTrust
import CordonWire
import GRPCCore
import Testing

@Suite struct AccessTableTests {
  /// Every method of every generated service.
  static let generated: [MethodDescriptor] =
    Cordon_V1_Enrollment.Method.descriptors + Cordon_V1_Identity.Method.descriptors
    + Cordon_V1_Uplink.Method.descriptors + Cordon_V1_Artifacts.Method.descriptors
    + Cordon_V1_Admin.Method.descriptors + Grpc_Health_V1_Health.Method.descriptors

  @Test(arguments: generated.map(\.fullyQualifiedMethod))
  func everyGeneratedMethodHasARow(method: String) {
    #expect(AccessTable.rules[method] != nil, "\(method) has no row: say who may call it in AccessTable")
  }

  @Test func noRowIsForAMethodThatIsNotThere() {
    #expect(Set(AccessTable.rules.keys) == Set(Self.generated.map(\.fullyQualifiedMethod)))
  }

  @Test func onlyEnrolmentIsForAnyone() {
    let open = AccessTable.rules.filter(\.value.anyone).keys
    #expect(Set(open) == ["cordon.v1.Enrollment/Enroll", "cordon.v1.Enrollment/RenewLapsed"])
  }

  private func peer(_ identity: PeerIdentity, _ roles: Set<OperatorRole> = []) -> AuthenticatedPeer {
    var peer = AuthenticatedPeer(
      identity: identity, keyDigest: IdentityKey().digest, notAfter: Timestamp(milliseconds: .max))
    peer.operatorRoles = roles
    return peer
  }

  @Test(arguments: generated.map(\.fullyQualifiedMethod))
  func isDeniedUnlessItsRowAllows(method: String) throws {
    let rule = try #require(AccessTable.rules[method])
    let agent = peer(.agent(IdentityKey().digest.agentID))
    expect(method, nil, rule.anyone, "unauthenticated")
    expect(method, agent, rule.anyone || rule.agents, "role")
    expect(method, peer(.collector("main")), rule.anyone, "role")
    expect(method, peer(.operator("nobody")), rule.anyone, "role")
    for role in OperatorRole.allCases {
      expect(method, peer(.operator("ann"), [role]), rule.anyone || rule.operators.contains(role), "role")
    }
    // Roles mean nothing on anyone but an operator.
    if !rule.agents, !rule.anyone {
      expect(method, peer(agent.identity, Set(OperatorRole.allCases)), false, "role")
    }
  }

  @Test func anUnknownMethodIsDeniedToAll() {
    let ann = peer(.operator("ann"), Set(OperatorRole.allCases))
    expectRefusal("method-unknown") { try AccessTable.check("cordon.v1.Admin/Destroy", by: ann) }
  }

  /// What must not change unnoticed.
  static let weighty: [(String, Set<OperatorRole>)] = [
    ("cordon.v1.Admin/AddOperator", [.admin]), ("cordon.v1.Admin/ProposeCommand", [.responder]),
    ("cordon.v1.Admin/ApproveCommand", [.responder, .clinicalApprover]), ("cordon.v1.Admin/ApplyPolicy", [.admin]),
  ]

  @Test(arguments: weighty)
  func rolesOfWeightyMethods(method: String, roles: Set<OperatorRole>) {
    #expect(AccessTable.rules[method]?.operators == roles)
  }

  private func expect(
    _ method: String, _ peer: AuthenticatedPeer?, _ isAllowed: Bool, _ code: String,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    if isAllowed {
      #expect(throws: Never.self, sourceLocation: sourceLocation) { try AccessTable.check(method, by: peer) }
    } else {
      expectRefusal(code, sourceLocation: sourceLocation) { try AccessTable.check(method, by: peer) }
    }
  }
}
