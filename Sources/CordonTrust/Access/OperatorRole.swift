/// What an operator may do on the collector; what agents obey is authority's, not this.
package enum OperatorRole: String, Sendable, CaseIterable, Comparable {
  case viewer
  case analyst
  case responder
  case clinicalApprover = "clinical-approver"
  case privacyOfficer = "privacy-officer"
  case admin
  case auditor

  package static func < (left: OperatorRole, right: OperatorRole) -> Bool {
    guard let one = allCases.firstIndex(of: left), let other = allCases.firstIndex(of: right) else { return false }
    return one < other
  }
}
