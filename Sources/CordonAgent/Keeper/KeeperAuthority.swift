package import CordonContainment
package import CordonCore
package import CordonTrust

/// What the keeper obeys: the roster, the policy and the trust bundle in force, each on disk before it is followed.
///
/// They only ever go forward: a roster by its predecessor's root keys, the others, and offers of models, by their
/// serials. At the start the files are verified again; what does not verify is not followed, and the reason is in
/// `problems`.
package struct KeeperAuthority: Sendable {
  /// What an envelope says, once its signatures suffice.
  package enum Word: Sendable {
    case roster(Roster)
    case policy(Policy)
    case trust(TrustBundle)
    case command(Command, Authority)
    case renewal(LeaseRenewal, Authority)
    case release(CommandRelease, Authority)
    case witness(WitnessRequest)
    case unseal(UnsealOrder)
    case keys(KeyRotation)
    /// A model may be fetched; it still has to pass as `model`.
    case offer(ModelOffer)
    /// People signed this bundle, whose bytes the keeper does not read.
    case model
    /// Already followed, byte for byte: answered like the first time.
    case known
  }

  package private(set) var roster: Roster
  package private(set) var policy: Policy = .observeOnly
  /// The policy's payload as it was signed; empty before the first.
  package private(set) var policyPayload: [UInt8] = []
  /// Serial of the trust bundle that is followed; 0 before the first.
  package private(set) var trustSerial: UInt64 = 0
  /// The trust bundle's payload as it was signed; empty before the first.
  package private(set) var trustPayload: [UInt8] = []
  /// Why something on disk was not followed.
  package private(set) var problems: [CordonError] = []

  private let group: String
  private let paths: AgentPaths
  private var rosterPayload: [UInt8]
  private var offers = OfferSerials()

  private static let mostFileBytes = 4 << 20

  /// From the site's bundle, and what was followed before.
  package init(bundle: SiteBundle, group: String, paths: AgentPaths, at now: Timestamp) throws(CordonError) {
    self.group = group
    self.paths = paths
    roster = try EnvelopeVerifier.bootstrap(bundle.roster)
    rosterPayload = bundle.roster.payload
    do throws(CordonError) {
      if let envelope = try Self.read(paths.roster) {
        let kept = try EnvelopeVerifier.bootstrap(envelope)
        if kept.site == roster.site, kept.serial > roster.serial {
          (roster, rosterPayload) = (kept, envelope.payload)
        }
      }
    } catch { problems.append(error) }
    do throws(CordonError) {
      if let envelope = try Self.read(paths.policy) {
        let verified = try EnvelopeVerifier(roster: roster).verify(envelope, for: .policy, at: now)
        policy = try verified.decode(Policy.self)
        policyPayload = envelope.payload
      }
    } catch { problems.append(error) }
    do throws(CordonError) {
      if let envelope = try Self.read(paths.trust) {
        trustSerial = try TrustBundle.accept(envelope, above: 0, by: EnvelopeVerifier(roster: roster), at: now).serial
        trustPayload = envelope.payload
      }
    } catch { problems.append(error) }
    do throws(CordonError) {
      offers = try OfferSerials.load(from: paths.offers)
    } catch { problems.append(error) }
  }

  /// Checks an envelope, and follows it where it is a roster, policy or trust bundle; what else it orders is for the caller.
  ///
  /// Codes: those of `EnvelopeVerifier`, and `rolled-back`, `other-group`, `standing-rollout`,
  /// `unknown-schema`.
  package mutating func hear(_ envelope: Envelope, at now: Timestamp) throws(CordonError) -> Word {
    let verifier = EnvelopeVerifier(roster: roster)
    switch envelope.type {
    case .roster:
      if envelope.payload == rosterPayload { return .known }
      let next = try verifier.successor(envelope, at: now)
      try PrivateFile.replace(paths.roster, holding: try envelope.serialized())
      (roster, rosterPayload) = (next, envelope.payload)
      return .roster(next)
    case .policy:
      let verified = try verifier.verify(envelope, for: .policy, at: now)
      if envelope.payload == policyPayload { return .known }
      let next = try verified.decode(Policy.self)
      try check(next)
      try PrivateFile.replace(paths.policy, holding: try envelope.serialized())
      (policy, policyPayload) = (next, envelope.payload)
      return .policy(next)
    case .command:
      let verified = try verifier.verify(envelope, at: now)
      return .command(try verified.decode(Command.self), try Self.authority(of: verified))
    case .renewal:
      let verified = try verifier.verify(envelope, at: now)
      return .renewal(try verified.decode(LeaseRenewal.self), try Self.authority(of: verified))
    case .release:
      let verified = try verifier.verify(envelope, at: now)
      return .release(try verified.decode(CommandRelease.self), try Self.authority(of: verified))
    case .modelOffer: return try hear(offer: try verifier.verify(envelope, at: now))
    case .model:
      _ = try verifier.verify(envelope, for: .model, at: now)
      return .model
    case .witness:
      let verified = try verifier.verify(envelope, at: now)
      _ = try verified.authority(for: .contain)
      return .witness(try verified.decode(WitnessRequest.self))
    case .unseal:
      let verified = try verifier.verify(envelope, at: now)
      let order = try verified.decode(UnsealOrder.self)
      try verified.require(order.act)
      return .unseal(order)
    case .keys:
      return .keys(try verifier.verify(envelope, for: .rotateKeys, at: now).decode(KeyRotation.self))
    case .trust:
      if envelope.payload == trustPayload { return .known }
      let next = try TrustBundle.accept(envelope, above: trustSerial, by: verifier, at: now)
      try PrivateFile.replace(paths.trust, holding: try envelope.serialized())
      (trustSerial, trustPayload) = (next.serial, envelope.payload)
      return .trust(next)
    }
  }

  /// An offer only points: a model that it points to runs only where people signed the bundle, whoever offers it.
  private mutating func hear(offer verified: VerifiedEnvelope) throws(CordonError) -> Word {
    let offer = try verified.decode(ModelOffer.self)
    if try verified.authority(for: .model) == .standing, !policy.learning.standingRollout {
      throw CordonError(
        .denied, "standing-rollout", "The collector's key offers a model, and the policy does not let it.",
        remedy: "Have the offer signed by a holder of the role model, or set learning.standing_rollout.")
    }
    guard FeatureSchema.withID(offer.schema) != nil else {
      throw CordonError(
        .invalid, "unknown-schema", "A model is offered for schema \(offer.schema), which is not known.")
    }
    var next = offers
    guard try next.take(offer, payload: verified.payload) else { return .known }
    try next.save(to: paths.offers)
    offers = next
    return .offer(offer)
  }

  private func check(_ next: Policy) throws(CordonError) {
    guard next.serial > policy.serial else {
      throw CordonError(
        .denied, "rolled-back", "The policy's serial is \(next.serial); the one in force has \(policy.serial).")
    }
    guard next.group.isEmpty || next.group == group else {
      throw CordonError(.denied, "other-group", "The policy is for the group \(next.group), not \(group).")
    }
  }

  /// The strongest authority that the signatures suffice for.
  private static func authority(of verified: VerifiedEnvelope) throws(CordonError) -> Authority {
    if let clinical = try? verified.authority(for: .containClinical), clinical != .standing {
      return .clinicalOperators
    }
    return try verified.authority(for: .contain) == .standing ? .standing : .operators
  }

  private static func read(_ path: String) throws(CordonError) -> Envelope? {
    do throws(CordonError) {
      return try Envelope(serialized: try PrivateFile.read(path, most: mostFileBytes))
    } catch  where error.kind == .missing { return nil }
  }
}
