package import CordonCore
package import CordonTrust
import Crypto
import FoundationEssentials
import X509

/// A site's PKI minted in code: root, a collector's intermediate, and leaves on demand.
package struct TestSite: Sendable {
  package let domain: TrustDomain
  package let root: CertificateAuthority
  package let intermediate: CertificateAuthority
  package let now: Timestamp

  package init(at now: Timestamp = FakeClock.start, domain name: String = "st-elsewhere.example") throws {
    self.now = now
    domain = try TrustDomain(name)
    root = try CertificateAuthority.root(IdentityKey(), domain: domain, at: now)
    let key = IdentityKey()
    intermediate = try CertificateAuthority(
      chain: try root.intermediate(
        try SigningRequest(der: key.signingRequest()), name: "Cordon collector main", at: now),
      key: key, domain: domain)
  }

  /// A store that trusts this site's root alone.
  package func trust() throws -> TrustStore { try TrustStore(domain: domain, roots: [root.chain.leaf]) }

  /// A new agent with the id of its key.
  package func agent(
    _ key: IdentityKey = IdentityKey(), lifetime: Duration = CertificateAuthority.leafLifetime
  ) throws -> LiveIdentity {
    try issue(.agent(key.digest.agentID), key, lifetime)
  }

  package func `operator`(_ name: String) throws -> LiveIdentity { try issue(.operator(name), IdentityKey()) }

  package func collector(_ name: String = "main") throws -> LiveIdentity { try issue(.collector(name), IdentityKey()) }

  /// A certificate that only its own key vouches for.
  package func selfSigned(_ identity: PeerIdentity, _ key: IdentityKey = IdentityKey()) throws -> LiveIdentity {
    let name = try DistinguishedName { CommonName("self") }
    let certificate = try Certificate(
      version: .v3, serialNumber: Certificate.SerialNumber(), publicKey: Certificate.PublicKey(key.publicKey),
      notValidBefore: Date(now.advanced(by: .seconds(-60))), notValidAfter: Date(now.advanced(by: .seconds(3600))),
      issuer: name, subject: name, signatureAlgorithm: .ecdsaWithSHA256,
      extensions: Certificate.Extensions {
        Critical(KeyUsage(digitalSignature: true))
        try ExtendedKeyUsage([.clientAuth, .serverAuth])
        SubjectAlternativeNames([.uniformResourceIdentifier(identity.uri(in: domain))])
      }, issuerPrivateKey: key.certificateKey)
    return try LiveIdentity(chain: CertificateChain([certificate]), key: key)
  }

  /// Any identity, for any key.
  package func issue(
    _ identity: PeerIdentity, _ key: IdentityKey, _ lifetime: Duration = CertificateAuthority.leafLifetime
  ) throws -> LiveIdentity {
    let chain = try intermediate.issue(
      identity, for: try SigningRequest(der: key.signingRequest()),
      names: try ServerNames(dns: ["localhost"], addresses: [[127, 0, 0, 1]]), at: now, lifetime: lifetime)
    return try LiveIdentity(chain: chain, key: key)
  }
}

extension LiveIdentity {
  /// Who its certificate names.
  package func identity(in domain: TrustDomain) throws -> PeerIdentity {
    try AuthenticatedPeer(verifiedPath: current.chain.certificates, domain: domain).identity
  }
}
