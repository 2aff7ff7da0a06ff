package import CordonCore
import Crypto
import FoundationEssentials
import SwiftASN1

/// An operator's or collector's private authority key (Ed25519). It never leaves the machine that made it.
package struct AuthoritySigningKey: Sendable {
  private let key: Curve25519.Signing.PrivateKey

  /// A new key from the system's randomness.
  package init() { key = Curve25519.Signing.PrivateKey() }

  /// From 32 secret bytes; for tests, which mint keys from a seed.
  package init(secret: [UInt8]) throws(CordonError) {
    do {
      key = try Curve25519.Signing.PrivateKey(rawRepresentation: secret)
    } catch {
      throw CordonError(.invalid, "authority-key", "An authority key has \(secret.count) bytes, not 32.")
    }
  }

  /// Ed25519, 32 bytes.
  package var publicKey: [UInt8] { [UInt8](key.publicKey.rawRepresentation) }

  package var id: AuthorityKeyID { AuthorityKeyID(publicKey: publicKey) }

  /// This key's line in a roster.
  package func entry(holder: String, roles: Set<AuthorityRole>) throws(CordonError) -> AuthorityKey {
    try AuthorityKey(publicKey: publicKey, holder: holder, roles: roles)
  }

  /// Ed25519 over the envelope's signed bytes.
  package func signature(of envelope: Envelope) throws(CordonError) -> EnvelopeSignature {
    guard let bytes = try? key.signature(for: envelope.signedBytes),
      let signature = EnvelopeSignature(keyID: id, bytes: [UInt8](bytes))
    else { throw CordonError(.defect, "signing", "Signing the \(envelope.type.rawValue) failed.") }
    return signature
  }
}

extension Envelope {
  /// Adds a key's signature, in place of an older one by the same key.
  package mutating func sign(with key: AuthoritySigningKey) throws(CordonError) {
    let signature = try key.signature(of: self)
    signatures.removeAll { $0.keyID == signature.keyID }
    signatures.append(signature)
  }
}

extension AuthoritySigningKey {
  /// PKCS#8 of an Ed25519 key (RFC 8410) up to its 32 secret bytes.
  private static let prefix: [UInt8] = [
    0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
  ]
  private static let discriminator = "PRIVATE KEY"
  private static let mostFileBytes = 4096

  /// Writes the key as PKCS#8 PEM, mode 0600; refuses to replace a file.
  package func save(to path: String) throws(CordonError) {
    let document = PEMDocument(type: Self.discriminator, derBytes: Self.prefix + [UInt8](key.rawRepresentation))
    try PrivateFile.create(at: path, holding: Array((document.pemString + "\n").utf8))
  }

  /// Reads a key that `save` wrote; refuses a file that others can read.
  package static func load(from path: String) throws(CordonError) -> AuthoritySigningKey {
    let text = String(decoding: try PrivateFile.read(path, most: mostFileBytes), as: UTF8.self)
    guard let document = try? PEMDocument(pemString: text), document.discriminator == discriminator,
      document.derBytes.count == prefix.count + 32, document.derBytes.starts(with: prefix)
    else {
      throw CordonError(
        .invalid, "authority-key", "\(path) is not an Ed25519 private key in PKCS#8 PEM.",
        remedy: "Name the key file that `cordon site init` or `cordon operator request` wrote.")
    }
    return try AuthoritySigningKey(secret: Array(document.derBytes.dropFirst(prefix.count)))
  }
}
