package import CordonCore
import Crypto
import FoundationEssentials
import SwiftASN1
import X509

/// A key that issues certificates: the site's root, or a collector's online intermediate.
package struct CertificateAuthority: Sendable {
  /// Its own certificate first, then those above it, without the root.
  package let chain: CertificateChain
  private let key: IdentityKey
  private let domain: TrustDomain

  /// Of agents', collectors' and operators' certificates: 30 days.
  package static let leafLifetime = Duration.seconds(30 * 86_400)
  /// Of a collector's intermediate: two years.
  package static let intermediateLifetime = Duration.seconds(730 * 86_400)
  /// Of a site's root: ten years.
  package static let rootLifetime = Duration.seconds(3650 * 86_400)
  /// Certificates are valid from a little before now, for peers whose clocks are behind.
  package static let backdating = Duration.seconds(300)

  /// Refuses a key that is not the certificate's.
  package init(chain: CertificateChain, key: IdentityKey, domain: TrustDomain) throws(CordonError) {
    guard KeyDigest(of: chain.leaf) == key.digest else {
      throw CordonError(.invalid, "authority-mismatch", "The certificate authority's key is not its certificate's.")
    }
    self.chain = chain
    self.key = key
    self.domain = domain
  }

  /// A site's root: a new self-signed certificate of a key.
  package static func root(
    _ key: IdentityKey, domain: TrustDomain, at now: Timestamp
  ) throws(CordonError) -> CertificateAuthority {
    let name = try distinguishedName("Cordon root of \(domain.name)")
    let certificate = try make(
      publicKey: Certificate.PublicKey(key.publicKey), subject: name, issuer: name, issuerKey: key, at: now,
      until: now.advanced(by: rootLifetime)
    ) {
      Critical(BasicConstraints.isCertificateAuthority(maxPathLength: 1))
      Critical(KeyUsage(keyCertSign: true, cRLSign: true))
      SubjectKeyIdentifier(hash: Certificate.PublicKey(key.publicKey))
    }
    return try CertificateAuthority(chain: CertificateChain([certificate]), key: key, domain: domain)
  }

  /// An intermediate that may issue leaves only.
  package func intermediate(
    _ request: SigningRequest, name: String, at now: Timestamp
  ) throws(CordonError) -> CertificateChain {
    let publicKey = Certificate.PublicKey(try request.publicKey)
    let certificate = try Self.make(
      publicKey: publicKey, subject: try Self.distinguishedName(name), issuer: chain.leaf.subject, issuerKey: key,
      at: now, until: bounded(now.advanced(by: Self.intermediateLifetime))
    ) {
      Critical(BasicConstraints.isCertificateAuthority(maxPathLength: 0))
      Critical(KeyUsage(keyCertSign: true, cRLSign: true))
      SubjectKeyIdentifier(hash: publicKey)
      AuthorityKeyIdentifier(keyIdentifier: SubjectKeyIdentifier(hash: chain.leaf.publicKey).keyIdentifier)
    }
    return try CertificateChain([certificate] + above)
  }

  /// A certificate for a peer: one SPIFFE id, client use, and for a collector server use and its names as well.
  ///
  /// - Parameter lifetime: 30 days unless said otherwise; it never outlives the authority's own certificate.
  package func issue(
    _ identity: PeerIdentity, for request: SigningRequest, names: ServerNames = ServerNames(),
    at now: Timestamp, lifetime: Duration = leafLifetime
  ) throws(CordonError) -> CertificateChain {
    let publicKey = Certificate.PublicKey(try request.publicKey)
    let isServer = identity.role == .collector
    let alternatives =
      [GeneralName.uniformResourceIdentifier(identity.uri(in: domain))] + (isServer ? names.generalNames : [])
    guard let usage = try? ExtendedKeyUsage(isServer ? [.serverAuth, .clientAuth] : [.clientAuth]) else {
      throw CordonError(.defect, "certificate", "The certificate's usages are refused by the library.")
    }
    let certificate = try Self.make(
      publicKey: publicKey, subject: try Self.distinguishedName("\(identity.role.rawValue) \(identity.name)"),
      issuer: chain.leaf.subject, issuerKey: key, at: now, until: bounded(now.advanced(by: lifetime))
    ) {
      Critical(BasicConstraints.notCertificateAuthority)
      Critical(KeyUsage(digitalSignature: true))
      usage
      SubjectAlternativeNames(alternatives)
      SubjectKeyIdentifier(hash: publicKey)
      AuthorityKeyIdentifier(keyIdentifier: SubjectKeyIdentifier(hash: chain.leaf.publicKey).keyIdentifier)
    }
    return try CertificateChain([certificate] + above)
  }

  /// Certificates between an issued one and the root: none where this is the root.
  private var above: [Certificate] {
    chain.leaf.issuer == chain.leaf.subject ? [] : chain.certificates
  }

  private func bounded(_ end: Timestamp) -> Timestamp { min(end, chain.notAfter) }

  private static func distinguishedName(_ commonName: String) throws(CordonError) -> DistinguishedName {
    do {
      // X.520 allows 64 characters in a common name; the identity itself is in the SPIFFE id.
      return try DistinguishedName { CommonName(String(commonName.prefix(64))) }
    } catch {
      throw CordonError(.defect, "certificate", "\(commonName) cannot be a certificate's subject: \(error).")
    }
  }

  private static func make(
    publicKey: Certificate.PublicKey, subject: DistinguishedName, issuer: DistinguishedName, issuerKey: IdentityKey,
    at now: Timestamp, until end: Timestamp,
    @ExtensionsBuilder extensions: () throws -> Result<Certificate.Extensions, any Error>
  ) throws(CordonError) -> Certificate {
    do {
      return try Certificate(
        version: .v3, serialNumber: Certificate.SerialNumber(), publicKey: publicKey,
        notValidBefore: Date(now.advanced(by: .zero - backdating)), notValidAfter: Date(end), issuer: issuer,
        subject: subject, signatureAlgorithm: .ecdsaWithSHA256,
        extensions: Certificate.Extensions(builder: extensions), issuerPrivateKey: issuerKey.certificateKey)
    } catch {
      throw CordonError(.defect, "certificate", "Issuing a certificate failed: \(error).")
    }
  }
}
