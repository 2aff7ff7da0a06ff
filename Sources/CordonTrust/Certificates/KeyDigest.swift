package import CordonCore
package import Crypto
package import X509

/// SHA-256 of a public key's subject public key info (DER): what names a key in revocations.
package struct KeyDigest: Hashable, Sendable, CustomStringConvertible {
  package let bytes: [UInt8]

  package static let length = 32

  /// Nil unless there are 32 bytes.
  package init?(bytes: some Collection<UInt8>) {
    guard bytes.count == Self.length else { return nil }
    self.bytes = [UInt8](bytes)
  }

  package init(of key: P256.Signing.PublicKey) { bytes = Array(SHA256.hash(data: key.derRepresentation)) }

  /// Of a certificate's key; nil unless it is P-256, the only kind that a site issues.
  package init?(of certificate: Certificate) {
    guard let key = P256.Signing.PublicKey(certificate.publicKey) else { return nil }
    self.init(of: key)
  }

  /// The id of the agent whose first public key this is.
  package var agentID: AgentID {
    guard let id = AgentID(Hex.encode(bytes.prefix(AgentID.length / 2))) else {
      preconditionFailure("16 bytes are always 32 lower-case hexadecimal digits")
    }
    return id
  }

  package var description: String { Hex.encode(bytes) }
}
