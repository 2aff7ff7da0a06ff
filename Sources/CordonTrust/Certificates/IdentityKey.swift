package import CordonCore
package import Crypto
import SwiftASN1
package import X509

/// A private key for TLS certificates (P-256). It never leaves the machine that made it.
package struct IdentityKey: Sendable {
  package let key: P256.Signing.PrivateKey

  /// A new key from the system's randomness.
  package init() { key = P256.Signing.PrivateKey() }

  package var publicKey: P256.Signing.PublicKey { key.publicKey }

  package var digest: KeyDigest { KeyDigest(of: key.publicKey) }

  package var certificateKey: Certificate.PrivateKey { Certificate.PrivateKey(key) }

  /// PKCS#8, DER: for TLS alone.
  package var der: [UInt8] { [UInt8](key.derRepresentation) }

  /// A request (PKCS#10, DER) for a certificate of this key.
  ///
  /// It names nothing but the key: the issuer decides what the certificate says.
  package func signingRequest() throws(CordonError) -> [UInt8] {
    do {
      let request = try CertificateSigningRequest(
        version: .v1, subject: DistinguishedName(), privateKey: certificateKey,
        attributes: CertificateSigningRequest.Attributes())
      var serializer = DER.Serializer()
      try serializer.serialize(request)
      return serializer.serializedBytes
    } catch {
      throw CordonError(.defect, "signing-request", "Making a certificate request failed: \(error).")
    }
  }

  private static let mostFileBytes = 4096

  /// Writes the key as PKCS#8 PEM, mode 0600; refuses to replace a file.
  package func save(to path: String) throws(CordonError) {
    try PrivateFile.create(at: path, holding: pem)
  }

  /// Writes the key in place of an older one, in one step.
  package func replace(_ path: String) throws(CordonError) {
    try PrivateFile.replace(path, holding: pem)
  }

  /// Reads a key that `save` wrote; refuses a file that others can read.
  package static func load(from path: String) throws(CordonError) -> IdentityKey {
    let text = String(decoding: try PrivateFile.read(path, most: mostFileBytes), as: UTF8.self)
    guard let key = try? P256.Signing.PrivateKey(pemRepresentation: text) else {
      throw CordonError(.invalid, "identity-key", "\(path) is not a P-256 private key in PEM.")
    }
    return IdentityKey(key: key)
  }

  private init(key: P256.Signing.PrivateKey) { self.key = key }

  private var pem: [UInt8] { Array((key.pemRepresentation + "\n").utf8) }
}
