package import CordonCore
import Crypto
import FoundationEssentials
import SwiftASN1
@_spi(FixedExpiryValidationTime) package import X509

/// The one verifier of both sides: chain, time, usage, exactly one SPIFFE id of an expected role, revocation.
package struct PeerVerifier: Sendable {
  /// What the peer does on the connection.
  package enum Usage: Sendable { case client, server }

  private let trust: TrustStore
  private let clock: any WallClock
  private let roles: Set<PeerRole>
  private let usage: Usage

  /// - Parameters:
  ///   - trust: read anew at every verification.
  ///   - roles: of peers that are accepted.
  package init(trust: TrustStore, clock: any WallClock, accepting roles: Set<PeerRole>, as usage: Usage) {
    self.trust = trust
    self.clock = clock
    self.roles = roles
    self.usage = usage
  }

  /// Who a chain, leaf first and as presented, speaks for; and the chain up to its root.
  ///
  /// Codes: `certificate-missing`, `certificate-malformed`, `certificate-untrusted`, `certificate-expired`,
  /// `certificate-usage`, `certificate-identity`, `certificate-role`, `revoked`.
  package func verify(_ chain: CertificateChain) async throws(CordonError) -> (AuthenticatedPeer, [Certificate]) {
    try await verify(chain, at: clock.now)
  }

  /// As `verify`, at another time: for renewing what has lapsed.
  func verify(_ chain: CertificateChain, at time: Timestamp) async throws(CordonError) -> (
    AuthenticatedPeer, [Certificate]
  ) {
    guard chain.notBefore <= time else {
      throw CordonError(
        .denied, "certificate-expired",
        "The certificate is not valid yet: by this machine's clock, not for another \(chain.notBefore.since(time).milliseconds / 1000) s.",
        remedy: "Compare the clocks of both machines, and of whoever issued the certificate.")
    }
    guard time < chain.notAfter else {
      throw CordonError(
        .denied, "certificate-expired",
        "The certificate ended \(time.since(chain.notAfter).milliseconds / 1000) s ago by this machine's clock.",
        remedy: "Check this machine's clock; if the certificate lapsed, renew it.")
    }
    let path = try await build(chain, at: time)
    let peer = try AuthenticatedPeer(verifiedPath: path, domain: trust.domain)
    let identity = peer.identity
    guard roles.contains(identity.role) else {
      throw CordonError(
        .denied, "certificate-role", "The certificate is an \(identity.role.rawValue)'s, which is not accepted here.")
    }
    guard !trust.isRevoked(peer) else {
      throw CordonError(.denied, "revoked", "The \(identity.role.rawValue) \(identity.name) is revoked.")
    }
    return (peer, path)
  }

  private func build(_ chain: CertificateChain, at time: Timestamp) async throws(CordonError) -> [Certificate] {
    // RFC 5280 over every path to a root of the live bundle; key usage is a policy of ours below.
    var verifier = Verifier(rootCertificates: CertificateStore(trust.contents.roots)) {
      RFC5280Policy(fixedExpiryValidationTime: Date(time))
      CertificateUsagePolicy(usage: usage)
    }
    let result = await verifier.validate(
      leaf: chain.leaf, intermediates: CertificateStore(Array(chain.certificates.dropFirst())))
    switch result {
    case .validCertificate(let valid): return Array(valid)
    case .couldNotValidate(let failures):
      if failures.contains(where: { $0.policyFailureReason.description.contains(CertificateUsagePolicy.marker) }) {
        throw CordonError(.denied, "certificate-usage", "The certificate is not for this use.")
      }
      throw CordonError(.denied, "certificate-untrusted", "No CA root of this site vouches for the certificate.")
    }
  }
}

/// The leaf is no CA and its extended key usage allows what it is used for.
private struct CertificateUsagePolicy: VerifierPolicy {
  static let marker = "cordon-usage"

  let usage: PeerVerifier.Usage

  var verifyingCriticalExtensions: [ASN1ObjectIdentifier] {
    [.X509ExtensionID.extendedKeyUsage, .X509ExtensionID.subjectAlternativeName]
  }

  func chainMeetsPolicyRequirements(chain: UnverifiedCertificateChain) -> PolicyEvaluationResult {
    let leaf = chain.leaf
    let wanted: ExtendedKeyUsage.Usage = usage == .server ? .serverAuth : .clientAuth
    guard let usages = (try? leaf.extensions.extendedKeyUsage).flatMap({ $0 }), usages.contains(wanted) else {
      return .failsToMeetPolicy(reason: "\(Self.marker): extended key usage")
    }
    if let constraints = (try? leaf.extensions.basicConstraints).flatMap({ $0 }),
      case .isCertificateAuthority = constraints
    {
      return .failsToMeetPolicy(reason: "\(Self.marker): a CA is no peer")
    }
    return .meetsPolicy
  }
}
