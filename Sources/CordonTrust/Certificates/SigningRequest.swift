package import CordonCore
package import Crypto
import SwiftASN1
import X509

/// A certificate request whose signature proves that the asker has the key.
package struct SigningRequest: Hashable, Sendable {
  /// Bytes of PKCS#10.
  package static let mostBytes = 4096

  /// X9.63, uncompressed.
  private let rawKey: [UInt8]
  package let keyDigest: KeyDigest

  /// From hostile bytes; only P-256 with SHA-256 is taken. Codes: `signing-request`.
  package init(der: [UInt8]) throws(CordonError) {
    guard der.count <= Self.mostBytes else {
      throw Self.refused("It has \(der.count) bytes; \(Self.mostBytes) are the most.")
    }
    guard let request = try? CertificateSigningRequest(derEncoded: der) else {
      throw Self.refused("It is not PKCS#10.")
    }
    guard let key = P256.Signing.PublicKey(request.publicKey), request.signatureAlgorithm == .ecdsaWithSHA256 else {
      throw Self.refused("Its key is not P-256, or it is not signed with SHA-256.")
    }
    guard request.publicKey.isValidSignature(request.signature, for: request) else {
      throw Self.refused("Its signature is wrong.")
    }
    rawKey = [UInt8](key.x963Representation)
    keyDigest = KeyDigest(of: key)
  }

  /// The key for which a certificate is asked.
  package var publicKey: P256.Signing.PublicKey {
    get throws(CordonError) {
      do {
        return try P256.Signing.PublicKey(x963Representation: rawKey)
      } catch {
        throw Self.refused("Its key is not on the curve.")
      }
    }
  }

  private static func refused(_ why: String) -> CordonError {
    CordonError(.invalid, "signing-request", "The certificate request is not usable. \(why)")
  }
}
