/// What signatures are counted for; raw values are the wire's.
package enum AuthorityAct: UInt8, Sendable, CaseIterable, Comparable {
  case roster = 1
  case policy = 2
  case model = 3
  case contain = 4
  /// Life-sustaining, therapeutic or unknown targets, and what exceeds a budget; one signer must be clinical.
  case containClinical = 5
  case unsealStaff = 6
  /// One signer must be a privacy officer.
  case unsealPatient = 7
  /// A new epoch of the keys of names; one signer must be a privacy officer.
  case rotateKeys = 8

  /// As people write it, such as `contain-clinical`.
  package var name: String {
    switch self {
    case .roster: "roster"
    case .policy: "policy"
    case .model: "model"
    case .contain: "contain"
    case .containClinical: "contain-clinical"
    case .unsealStaff: "unseal-staff"
    case .unsealPatient: "unseal-patient"
    case .rotateKeys: "rotate-keys"
    }
  }

  /// Roles whose signatures count.
  package var eligibleRoles: Set<AuthorityRole> {
    switch self {
    case .roster: [.root]
    case .policy: [.policy]
    case .model: [.model]
    case .contain: [.respond]
    case .containClinical: [.respond, .clinical]
    case .unsealStaff: [.unseal]
    case .unsealPatient: [.unseal, .privacy]
    case .rotateKeys: [.privacy]
    }
  }

  /// The role that at least one signer must have.
  package var indispensableRole: AuthorityRole? {
    switch self {
    case .containClinical: .clinical
    case .unsealPatient, .rotateKeys: .privacy
    default: nil
    }
  }

  /// Fewest signatures whatever the roster says.
  package var floor: Int {
    switch self {
    case .containClinical, .unsealPatient: 2
    default: 1
    }
  }

  package static func < (left: AuthorityAct, right: AuthorityAct) -> Bool { left.rawValue < right.rawValue }
}
