package import CordonCore

/// Checks envelopes against one roster: every signature must be a roster key's, or all is refused.
package struct EnvelopeVerifier: Sendable {
  package let roster: Roster

  package init(roster: Roster) { self.roster = roster }

  /// Who signed an envelope; asks for no threshold yet (see `VerifiedEnvelope.require`).
  ///
  /// Codes: `expired-roster`, `oversized`, `unsigned`, `unknown-key`, `signature`.
  package func verify(_ envelope: Envelope, at now: Timestamp) throws(CordonError) -> VerifiedEnvelope {
    guard now < roster.notAfter else {
      throw CordonError(
        .denied, "expired-roster", "The roster \(roster.serial) has expired, so nothing signed under it is obeyed.",
        remedy: "Sign and submit a successor with `cordon roster sign`.")
    }
    return try verifySignatures(envelope)
  }

  /// Who signed, and that they suffice for an act.
  package func verify(
    _ envelope: Envelope, for act: AuthorityAct, at now: Timestamp
  ) throws(CordonError) -> VerifiedEnvelope {
    let verified = try verify(envelope, at: now)
    try verified.require(act)
    return verified
  }

  /// The next roster, where a threshold of this one's root keys signed it.
  ///
  /// It must be of the same site, of a higher serial and not expired. That this one has expired does not matter:
  /// else a site that forgot to renew it could never be commanded again. A threshold of the next one's own root keys
  /// must have signed too, as in The Update Framework: so nobody can hand a site over to keys that are not there.
  /// Codes beyond `verify`'s: `envelope-type`, `threshold`, `other-site`, `rolled-back`, `expired-roster`.
  package func successor(_ envelope: Envelope, at now: Timestamp) throws(CordonError) -> Roster {
    guard envelope.type == .roster else {
      throw CordonError(.invalid, "envelope-type", "A roster was expected; this is a \(envelope.type.rawValue).")
    }
    let verified = try verifySignatures(envelope, alsoKnown: (try? Roster(payload: envelope.payload)) ?? roster)
    try verified.require(.roster)
    let next = try verified.decode(Roster.self)
    try EnvelopeVerifier(roster: next).verifySignatures(envelope, alsoKnown: roster).require(.roster)
    guard next.site == roster.site else {
      throw CordonError(.denied, "other-site", "The roster is for the site \(next.site), not \(roster.site).")
    }
    guard next.serial > roster.serial else {
      throw CordonError(
        .denied, "rolled-back", "The roster's serial is \(next.serial); the one in force has \(roster.serial).")
    }
    guard now < next.notAfter else {
      throw CordonError(.denied, "expired-roster", "The roster \(next.serial) has expired already.")
    }
    return next
  }

  /// The first roster of a site: self-signed by a threshold of its own root keys, trusted for where it came from.
  ///
  /// Use it only on an envelope from `site.bundle`, or from one's own disk.
  package static func bootstrap(_ envelope: Envelope) throws(CordonError) -> Roster {
    guard envelope.type == .roster else {
      throw CordonError(.invalid, "envelope-type", "A roster was expected; this is a \(envelope.type.rawValue).")
    }
    let roster = try Roster(payload: envelope.payload)
    // Roots of the one before it, which it no longer names, may have signed as well; they count for nothing.
    var own = envelope
    own.signatures.removeAll { roster.key($0.keyID) == nil }
    try EnvelopeVerifier(roster: roster).verifySignatures(own).require(.roster)
    return roster
  }

  /// - Parameter newcomers: a roster whose further keys may have signed too, verified but not counted.
  private func verifySignatures(
    _ envelope: Envelope, alsoKnown newcomers: Roster? = nil
  ) throws(CordonError) -> VerifiedEnvelope {
    let type = envelope.type.rawValue
    guard envelope.payload.count <= envelope.type.mostPayloadBytes,
      envelope.signatures.count <= Envelope.mostSignatures
    else { throw CordonError(.invalid, "oversized", "The \(type) is larger than an envelope may be.") }
    guard !envelope.signatures.isEmpty else {
      throw CordonError(.denied, "unsigned", "The \(type) is not signed.")
    }
    let bytes = envelope.signedBytes
    var seen: Set<AuthorityKeyID> = []
    var signers: [AuthorityKey] = []
    for signature in envelope.signatures {
      let own = roster.key(signature.keyID)
      guard let key = own ?? newcomers?.key(signature.keyID) else {
        throw CordonError(
          .denied, "unknown-key", "The \(type) is signed by \(signature.keyID), which is not in the roster.",
          remedy: "Have it signed again by holders of the roster \(roster.serial).")
      }
      guard seen.insert(key.id).inserted, key.verifies(signature.bytes, over: bytes) else {
        throw CordonError(.denied, "signature", "The \(type)'s signature by \(key.holder) is wrong.")
      }
      if own != nil { signers.append(key) }
    }
    return VerifiedEnvelope(type: envelope.type, payload: envelope.payload, signers: signers, roster: roster)
  }
}
