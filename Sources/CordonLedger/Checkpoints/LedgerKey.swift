package import CordonCore
import Crypto
import FoundationEssentials

/// The public half of a ledger's key, as C2SP signed notes name it.
package struct LedgerVerifierKey: Hashable, Sendable {
  /// Name of the key; also the origin of its checkpoints.
  package let name: String
  /// Ed25519, 32 bytes.
  package let publicKey: [UInt8]

  static let algorithm: UInt8 = 1
  static let keyLength = 32
  static let hashLength = 4
  static let signatureLength = 64
  /// Bytes of a name, at most.
  package static let mostNameBytes = 200

  /// - Throws: `ledger-key` for a name that is empty, too long, or has white space or `+`; for a key of the wrong length.
  package init(name: String, publicKey: [UInt8]) throws(CordonError) {
    guard !name.isEmpty, name.utf8.count <= Self.mostNameBytes, publicKey.count == Self.keyLength,
      name.unicodeScalars.allSatisfy({ !$0.properties.isWhitespace && $0 != "+" && $0.value >= 0x20 })
    else {
      throw CordonError(
        .invalid, "ledger-key", "“\(name.prefix(40))” is no ledger key: a name without spaces or “+”, and 32 bytes.")
    }
    self.name = name
    self.publicKey = publicKey
  }

  /// From its text, such as `hospital.example/ledger+1a2b3c4d+AY…`.
  package init(text: String) throws(CordonError) {
    let parts = text.split(separator: "+", maxSplits: 2, omittingEmptySubsequences: false)
    guard parts.count == 3, let hash = Hex.decode(parts[1]), let data = Data(base64Encoded: String(parts[2])),
      data.first == Self.algorithm
    else {
      throw CordonError(
        .invalid, "ledger-key", "“\(text.prefix(80))” is no ledger key.", remedy: "It reads NAME+HASH+KEY.")
    }
    try self.init(name: String(parts[0]), publicKey: [UInt8](data.dropFirst()))
    guard hash == self.hash else {
      throw CordonError(.invalid, "ledger-key", "The ledger key \(name) does not match its own hash.")
    }
  }

  /// The key's first four bytes of SHA-256(name ‖ newline ‖ algorithm ‖ key).
  package var hash: [UInt8] {
    let input = Array(name.utf8) + [UInt8(ascii: "\n"), Self.algorithm] + publicKey
    return Array(SHA256.hash(data: input).prefix(Self.hashLength))
  }

  /// As people pass it on: NAME+HASH+KEY.
  package var text: String {
    "\(name)+\(Hex.encode(hash))+\(Data([Self.algorithm] + publicKey).base64EncodedString())"
  }

  func isValid(_ signature: [UInt8], for message: [UInt8]) -> Bool {
    guard let key = try? Curve25519.Signing.PublicKey(rawRepresentation: publicKey) else { return false }
    return key.isValidSignature(signature, for: message)
  }
}

/// The private half, which only the collector's key file holds.
package struct LedgerSigner: Sendable {
  package let verifierKey: LedgerVerifierKey
  private let key: Curve25519.Signing.PrivateKey

  /// - Parameter privateKey: 32 bytes of a key file.
  /// - Throws: `ledger-key`.
  package init(name: String, privateKey: [UInt8]) throws(CordonError) {
    guard let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: privateKey) else {
      throw CordonError(.invalid, "ledger-key", "The private key of ledger \(name) is not 32 bytes.")
    }
    self.key = key
    self.verifierKey = try LedgerVerifierKey(name: name, publicKey: [UInt8](key.publicKey.rawRepresentation))
  }

  /// 32 bytes for a new key file, mode 0600.
  package static func makePrivateKey() -> [UInt8] { [UInt8](Curve25519.Signing.PrivateKey().rawRepresentation) }

  func signature(for message: [UInt8]) throws(CordonError) -> [UInt8] {
    do {
      return [UInt8](try key.signature(for: message))
    } catch {
      throw CordonError(.defect, "ledger-signature", "The ledger's checkpoint could not be signed: \(error).")
    }
  }
}
