package import CordonCore

/// An envelope whose every signature is by a key of the roster; what they suffice for is asked with `require`.
package struct VerifiedEnvelope: Sendable {
  /// On whose word an envelope acts.
  package enum Authority: Hashable, Sendable {
    /// People signed, as many as the act needs.
    case signed(AuthorityAct)
    /// The collector's key signed: only within the policy's standing authority, whose bounds the caller enforces.
    case standing
  }

  package let type: EnvelopeType
  package let payload: [UInt8]
  /// Distinct keys of the roster.
  package let signers: [AuthorityKey]
  package let roster: Roster

  /// Every role that a signer has.
  package var roles: Set<AuthorityRole> { signers.reduce(into: []) { $0.formUnion($1.roles) } }

  /// Whether the collector's standing key alone signed.
  package var isStanding: Bool { !signers.isEmpty && signers.allSatisfy { $0.roles == [.standing] } }

  /// How many different people signed whose roles count for an act.
  package func signatures(for act: AuthorityAct) -> Int { holders(for: act).count }

  /// Refuses with `threshold` unless enough different people, with distinct keys, signed for an act.
  package func require(_ act: AuthorityAct) throws(CordonError) {
    guard type.acts.contains(act) else {
      throw CordonError(.denied, "threshold", "No signature on a \(type.rawValue) counts for \(act.name).")
    }
    let needed = roster.threshold(for: act)
    let have = holders(for: act).count
    guard have >= needed else {
      throw CordonError(
        .denied, "threshold", "This \(type.rawValue) needs \(needed) signatures for \(act.name) and has \(have).",
        remedy: "Have another holder of one of the roles \(Self.names(act.eligibleRoles)) sign it.")
    }
    guard let role = act.indispensableRole, !roles.contains(role) else { return }
    throw CordonError(
      .denied, "threshold", "This \(type.rawValue) needs a signature with the role \(role.name).",
      remedy: "Have a holder of the role \(role.name) sign it.")
  }

  /// On whose word a command, renewal, release or model offer acts: standing, or people for the act.
  ///
  /// `containClinical` needs its own signatures; standing never suffices for it. For a release, one responder or
  /// clinical approver is enough whatever the thresholds are: giving care its way back must not wait for a second.
  package func authority(for act: AuthorityAct = .contain) throws(CordonError) -> Authority {
    if isStanding, type.acts.contains(act), act == .contain || type == .modelOffer { return .standing }
    if type == .release, !roles.isDisjoint(with: [.respond, .clinical]) { return .signed(act) }
    try require(act)
    return .signed(act)
  }

  /// The payload as what the type says it is.
  package func decode<Payload: EnvelopePayload>(_ kind: Payload.Type = Payload.self) throws(CordonError) -> Payload {
    guard type == Payload.envelopeType else {
      throw CordonError(
        .invalid, "envelope-type", "A \(Payload.envelopeType.rawValue) was expected; this is a \(type.rawValue).")
    }
    return try Payload(payload: payload)
  }

  private func holders(for act: AuthorityAct) -> Set<String> {
    Set(signers.lazy.filter { !$0.roles.isDisjoint(with: act.eligibleRoles) }.map(\.holder))
  }

  private static func names(_ roles: Set<AuthorityRole>) -> String {
    roles.sorted().map(\.name).joined(separator: ", ")
  }
}
