package import CordonCore
import Crypto

/// When a certificate is renewed: from two thirds of its life, spread so that a fleet does not come at once.
package enum RenewalRule {
  /// The moment to ask for the next certificate: two thirds of the life, and up to a sixth of it more.
  package static func due(
    notBefore: Timestamp, notAfter: Timestamp, randomness: inout some RandomNumberGenerator
  ) -> Timestamp {
    let life = max(0, notAfter.since(notBefore).milliseconds)
    let jitter = Int64.random(in: 0...max(0, life / 6), using: &randomness)
    return notBefore.advanced(by: .milliseconds(life / 3 * 2 + jitter))
  }
}

/// Proof that who asks to renew a lapsed certificate holds its key.
package enum LapsedRenewal {
  /// How long after its end a certificate can still be renewed: 90 days.
  package static let grace = Duration.seconds(90 * 86_400)
  /// How far the asker's clock may be off.
  package static let clockTolerance = Duration.seconds(600)

  /// By the lapsed certificate's key, over SHA-256 of the context, the request and the time (big-endian ms).
  package static func proof(
    by key: IdentityKey, request: [UInt8], at time: Timestamp
  ) throws(CordonError) -> [UInt8] {
    do {
      return [UInt8](try key.key.signature(for: digest(request, time)).derRepresentation)
    } catch {
      throw CordonError(.defect, "signing", "Signing the proof of a lapsed certificate failed: \(error).")
    }
  }

  /// Who may have a new certificate for the same key; the caller flags the agent.
  ///
  /// The certificate expired less than 90 days ago, was good until then, is not revoked, and the request is for its
  /// own key. Codes: those of `PeerVerifier.verify`, `lapsed-too-long`, `lapsed-key`, `lapsed-proof`, `clock`.
  package static func verify(
    chain: CertificateChain, request: [UInt8], at time: Timestamp, proof: [UInt8], trust: TrustStore, now: Timestamp
  ) async throws(CordonError) -> (AuthenticatedPeer, SigningRequest) {
    guard abs(now.since(time).milliseconds) <= clockTolerance.milliseconds else {
      throw CordonError(.denied, "clock", "The request to renew was made at another time than now.")
    }
    guard now < chain.notAfter.advanced(by: grace) else {
      throw CordonError(
        .denied, "lapsed-too-long", "The certificate lapsed more than 90 days ago.",
        remedy: "Enrol the agent again with a new token.")
    }
    let lastGood = min(now, chain.notAfter.advanced(by: .milliseconds(-1000)))
    let verifier = PeerVerifier(trust: trust, clock: FixedClock(now: lastGood), accepting: [.agent], as: .client)
    let (peer, _) = try await verifier.verify(chain)
    let wanted = try SigningRequest(der: request)
    guard wanted.keyDigest == peer.keyDigest else {
      throw CordonError(.denied, "lapsed-key", "A lapsed certificate is renewed for its own key only.")
    }
    let key = try wanted.publicKey
    guard let signature = try? P256.Signing.ECDSASignature(derRepresentation: proof),
      key.isValidSignature(signature, for: digest(request, time))
    else { throw CordonError(.denied, "lapsed-proof", "The proof of the lapsed certificate's key is wrong.") }
    return (peer, wanted)
  }

  private static func digest(_ request: [UInt8], _ time: Timestamp) -> SHA256Digest {
    var hash = SHA256()
    hash.update(data: Array("cordon/v1/renew-lapsed".utf8))
    hash.update(data: request)
    hash.update(data: withUnsafeBytes(of: time.milliseconds.bigEndian) { Array($0) })
    return hash.finalize()
  }
}

private struct FixedClock: WallClock { let now: Timestamp }
