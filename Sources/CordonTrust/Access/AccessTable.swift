package import CordonCore

/// Who may call a method.
package struct AccessRule: Hashable, Sendable {
  /// Without a client certificate: on the enrolment port alone.
  package var anyone = false
  package var agents = false
  /// Any of these is enough.
  package var operators: Set<OperatorRole> = []

  package static let anyone = AccessRule(anyone: true)
  package static let agents = AccessRule(agents: true)
  /// Agents, and operators of any role: for what concerns their own identity.
  package static let everyPeer = AccessRule(agents: true, operators: Set(OperatorRole.allCases))

  package static func operators(_ roles: OperatorRole...) -> AccessRule { AccessRule(operators: Set(roles)) }
}

/// The one method → role table. A method without a row is denied to all.
package enum AccessTable {
  private static let everyOperator = AccessRule(operators: Set(OperatorRole.allCases))

  /// By full name, as it is in an RPC's path.
  package static let rules: [String: AccessRule] = [
    "cordon.v1.Enrollment/Enroll": .anyone,
    "cordon.v1.Enrollment/RenewLapsed": .anyone,
    "cordon.v1.Identity/Renew": .everyPeer,
    "cordon.v1.Identity/GetTrustBundle": .everyPeer,
    "cordon.v1.Uplink/Connect": .agents,
    "cordon.v1.Artifacts/Fetch": .agents,
    "grpc.health.v1.Health/Check": .everyPeer,
    "grpc.health.v1.Health/Watch": .everyPeer,

    "cordon.v1.Admin/GetStatus": everyOperator,
    "cordon.v1.Admin/CreateToken": .operators(.admin),
    "cordon.v1.Admin/ListTokens": .operators(.admin, .auditor),
    "cordon.v1.Admin/RevokeToken": .operators(.admin),
    "cordon.v1.Admin/ListAgents": everyOperator,
    "cordon.v1.Admin/GetAgent": everyOperator,
    "cordon.v1.Admin/RevokeAgent": .operators(.admin),
    "cordon.v1.Admin/AddOperator": .operators(.admin),
    "cordon.v1.Admin/ListOperators": .operators(.admin, .auditor),
    "cordon.v1.Admin/RevokeOperator": .operators(.admin),
    "cordon.v1.Admin/GetRoster": everyOperator,
    "cordon.v1.Admin/SubmitRoster": .operators(.admin),
    "cordon.v1.Admin/GetTrust": everyOperator,
    "cordon.v1.Admin/SubmitTrust": .operators(.admin),
    "cordon.v1.Admin/GetPolicy": everyOperator,
    "cordon.v1.Admin/ApplyPolicy": .operators(.admin),
    "cordon.v1.Admin/ListDetections": everyOperator,
    "cordon.v1.Admin/GetDetection": everyOperator,
    "cordon.v1.Admin/LabelDetection": .operators(.analyst, .responder),
    "cordon.v1.Admin/ExportLabels": .operators(.analyst, .privacyOfficer),
    "cordon.v1.Admin/ListIncidents": everyOperator,
    "cordon.v1.Admin/GetIncident": everyOperator,
    "cordon.v1.Admin/ProposeCommand": .operators(.responder),
    "cordon.v1.Admin/ApproveCommand": .operators(.responder, .clinicalApprover),
    "cordon.v1.Admin/ReleaseCommand": .operators(.responder, .clinicalApprover),
    "cordon.v1.Admin/RenewCommand": .operators(.responder),
    "cordon.v1.Admin/ListCommands": everyOperator,
    "cordon.v1.Admin/PreviewCommand": .operators(.analyst, .responder, .clinicalApprover),
    "cordon.v1.Admin/AskUnseal": .operators(.analyst, .responder, .privacyOfficer),
    "cordon.v1.Admin/ApproveUnseal": .operators(.analyst, .responder, .privacyOfficer),
    "cordon.v1.Admin/ListUnseals": .operators(.analyst, .responder, .privacyOfficer, .auditor),
    "cordon.v1.Admin/RotateKeys": .operators(.privacyOfficer, .admin),
    "cordon.v1.Admin/ListModels": everyOperator,
    "cordon.v1.Admin/GetModel": everyOperator,
    "cordon.v1.Admin/TrainModel": .operators(.admin, .analyst),
    "cordon.v1.Admin/ImportModel": .operators(.admin, .analyst),
    "cordon.v1.Admin/PlanPromotion": .operators(.admin, .analyst),
    "cordon.v1.Admin/PromoteModel": .operators(.admin, .analyst),
    "cordon.v1.Admin/RollbackModel": .operators(.admin, .analyst),
    "cordon.v1.Admin/ExportLedger": .operators(.auditor, .admin, .privacyOfficer),
  ]

  /// Refuses a caller who may not call a method. Codes: `method-unknown`, `unauthenticated`, `role`.
  ///
  /// - Parameter peer: nil where the connection carries no client certificate.
  package static func check(_ method: String, by peer: AuthenticatedPeer?) throws(CordonError) {
    guard let rule = rules[method] else {
      throw CordonError(.denied, "method-unknown", "\(method) is not in the table of who may call what.")
    }
    if rule.anyone { return }
    guard let peer else {
      throw CordonError(.denied, "unauthenticated", "\(method) needs a client certificate.")
    }
    switch peer.identity {
    case .agent: if rule.agents { return }
    case .collector: break
    case .operator: if !peer.operatorRoles.isDisjoint(with: rule.operators) { return }
    }
    throw CordonError(
      .denied, "role", "The \(peer.identity.role.rawValue) \(peer.identity.name) may not call \(method).",
      remedy: rule.operators.isEmpty
        ? "" : "It needs one of the roles \(rule.operators.sorted().map(\.rawValue).joined(separator: ", ")).")
  }
}
