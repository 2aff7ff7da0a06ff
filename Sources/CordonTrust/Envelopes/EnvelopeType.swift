/// What an envelope's payload is; an unknown type is refused. Raw values are the wire's.
package enum EnvelopeType: String, Sendable, CaseIterable {
  case roster
  case policy
  case command
  /// Extends a command's lease.
  case renewal
  /// Undoes a reversible command early.
  case release
  /// Additional CA roots and revoked keys.
  case trust

  /// What DSSE signs as the payload's type.
  package var signedName: String { "cordon/v1/" + rawValue }

  /// Acts for which its signatures may be counted: a responder's signature on a policy is worth nothing.
  package var acts: Set<AuthorityAct> {
    switch self {
    case .roster, .trust: [.roster]
    case .policy: [.policy]
    case .command, .renewal, .release: [.contain, .containClinical]
    }
  }
}
