package import CordonCore
package import CordonTrust

/// Decides whether a command may be taken up, and whether enough have signed it.
///
/// The agent checks all of this again by itself: what is refused here is refused early and in words, nothing more.
package struct CommandJudge: Sendable {
  /// No order is valid for longer than this.
  package static let longestValidity: Duration = .seconds(86_400)
  /// No hold outlives this, however often it is renewed.
  package static let longestHold: Duration = .seconds(7 * 86_400)
  /// Bytes of a reason.
  package static let longestReason = 1_024

  /// What is known of a command's signatures.
  package struct Judgement: Hashable, Sendable {
    package var command: Command
    package var act: AuthorityAct
    /// Names of those who signed.
    package var signers: [String]
    /// Signatures that count for the act.
    package var have: Int
    package var needed: Int
    package var isEnough: Bool
    /// The standing key gave it, within the policy.
    package var isStanding: Bool
  }

  private let verifier: EnvelopeVerifier
  private let policy: Policy

  package init(verifier: EnvelopeVerifier, policy: Policy) {
    self.verifier = verifier
    self.policy = policy
  }

  /// The command within an envelope, its signatures verified and its times checked.
  ///
  /// Codes beyond the verifier's: `clock`, `validity`, `lease`, `reason`.
  package func open(
    _ envelope: Envelope, at now: Timestamp
  ) throws(CordonError) -> (verified: VerifiedEnvelope, command: Command) {
    let verified = try verifier.verify(envelope, at: now)
    let command = try verified.decode(Command.self)
    try Self.check(command, at: now)
    return (verified, command)
  }

  /// Whether those who signed suffice for this target.
  ///
  /// - Parameter label: the target machine's.
  /// - Throws: `role` where a signer's key may sign no containment; what `ContainmentRule.checkStanding` says.
  package func judge(
    _ verified: VerifiedEnvelope, _ command: Command, label: String
  ) throws(CordonError) -> Judgement {
    let isClinical = ContainmentRule.isClinical(ContainmentRule.criticality(of: label, in: policy))
    let act: AuthorityAct = isClinical ? .containClinical : .contain
    if verified.isStanding {
      try ContainmentRule.checkStanding(command.action.name, label: label, policy: policy)
      return Judgement(
        command: command, act: .contain, signers: verified.signers.map(\.holder), have: 1, needed: 1, isEnough: true,
        isStanding: true)
    }
    for signer in verified.signers where signer.roles.isDisjoint(with: act.eligibleRoles) {
      throw CordonError(
        .denied, "role", "\(signer.holder)'s key may not sign for \(act.name).",
        remedy: "Have a holder of the role respond or clinical sign.")
    }
    let isEnough: Bool
    do {
      try verified.require(act)
      isEnough = true
    } catch {
      isEnough = false
    }
    return Judgement(
      command: command, act: act, signers: verified.signers.map(\.holder), have: verified.signatures(for: act),
      needed: verifier.roster.threshold(for: act), isEnough: isEnough, isStanding: false)
  }

  /// Refuses times that no honest command has.
  package static func check(_ command: Command, at now: Timestamp) throws(CordonError) {
    guard now < command.notAfter else {
      throw CordonError(.invalid, "clock", "The command's validity ended.", remedy: "Propose it anew.")
    }
    guard command.notBefore < command.notAfter, command.notAfter.since(command.notBefore) <= longestValidity else {
      throw CordonError(
        .invalid, "validity", "A command is valid for up to \(longestValidity.milliseconds / 3_600_000) hours.")
    }
    guard command.reason.utf8.count <= longestReason, !command.reason.isEmpty else {
      throw CordonError(.invalid, "reason", "A command needs a reason of at most \(longestReason) bytes.")
    }
    if command.action.name.isReversible {
      guard command.lease > .zero, command.lease <= longestHold else {
        throw CordonError(.invalid, "lease", "A reversible action needs a lease of up to seven days.")
      }
      guard command.maxUntil.since(command.notBefore) <= longestHold, command.maxUntil > command.notBefore else {
        throw CordonError(.invalid, "lease", "No renewal may reach further than seven days.")
      }
    } else if command.lease != .zero {
      throw CordonError(.invalid, "lease", "\(command.action.name.rawValue) cannot be undone, and so has no lease.")
    }
  }
}
