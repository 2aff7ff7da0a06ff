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
  /// Asks an agent to look at another's block from outside.
  case witness
  /// Asks an agent for the names behind pseudonyms.
  case unseal
  /// The keys of names of the next epoch, for one agent.
  case keys
  /// A model's bundle, as opaque bytes: who verifies it need not read it.
  case model
  /// Tells an agent which model to fetch and run.
  case modelOffer = "model-offer"

  /// What DSSE signs as the payload's type.
  package var signedName: String { "cordon/v1/" + rawValue }

  /// Acts for which its signatures may be counted: a responder's signature on a policy is worth nothing.
  package var acts: Set<AuthorityAct> {
    switch self {
    case .roster, .trust: [.roster]
    case .policy: [.policy]
    case .command, .renewal, .release, .witness: [.contain, .containClinical]
    case .unseal: [.unsealStaff, .unsealPatient]
    case .keys: [.rotateKeys]
    case .model, .modelOffer: [.model]
    }
  }

  /// Most bytes of its payload: 2 MiB for a model, 1 MiB for all else.
  package var mostPayloadBytes: Int { self == .model ? 2 << 20 : 1 << 20 }
}
