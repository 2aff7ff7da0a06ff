package import CordonCore
package import Crypto
import FoundationEssentials

/// Names sealed with HPKE (RFC 9180: X25519, HKDF-SHA256, ChaCha20-Poly1305), base mode: anyone may seal, only who holds
/// the site's key opens.
///
/// Layout: 32 bytes of encapsulated key, then the ciphertext of kind, length (2 bytes, big-endian), name and zeros up to
/// a multiple of 32, so that a sealed name tells little of its length.
package enum SealedNames {
  private static let suite = HPKE.Ciphersuite(kem: .Curve25519_HKDF_SHA256, kdf: .HKDF_SHA256, aead: .chaChaPoly)
  private static let info = Data("cordon/v1/sealed-name".utf8)
  private static let encapsulatedLength = 32
  private static let tagLength = 16
  private static let block = 32
  /// Longest padded content: kind, length and a path at the kernel's limit, short of whole blocks.
  private static let contentLimit = 4112

  /// Seals a name to the holders of a key.
  package static func seal(
    _ name: CanonicalName, to key: Curve25519.KeyAgreement.PublicKey
  ) throws(CordonError) -> [UInt8] {
    try seal(name, to: key, info: info)
  }

  /// Seals a name for a purpose, which `info` names: what is sealed for one opens for no other.
  static func seal(
    _ name: CanonicalName, to key: Curve25519.KeyAgreement.PublicKey, info: Data
  ) throws(CordonError) -> [UInt8] {
    var content = [name.kind.rawValue, UInt8(name.bytes.count >> 8), UInt8(name.bytes.count & 0xFF)] + name.bytes
    let padded = min((content.count + block - 1) / block * block, contentLimit)
    content += [UInt8](repeating: 0, count: max(0, padded - content.count))
    do {
      var sender = try HPKE.Sender(recipientKey: key, ciphersuite: suite, info: info)
      return try [UInt8](sender.encapsulatedKey) + [UInt8](sender.seal(Data(content)))
    } catch {
      throw CordonError(.defect, "seal-failed", "A name could not be sealed: \(error).")
    }
  }

  /// Opens a sealed entity and checks that its pseudonym is really the name's.
  ///
  /// Throws `sealed-name-missing` for a clear label, `key-not-held` for an epoch or kind this agent has no key for,
  /// `sealed-name-unreadable`, and `sealed-name-mismatch` where the name is not the one that the pseudonym stands for.
  package static func open(_ sealed: SealedEntity, keys: PseudonymKeys) throws(CordonError) -> CanonicalName {
    let entity = sealed.entity
    guard !entity.pseudonym.isEmpty, !sealed.sealedName.isEmpty else {
      throw CordonError(.invalid, "sealed-name-missing", "The entity \(entity.shortName) carries no sealed name.")
    }
    guard let key = keys.sealingKey(for: entity.kind, epoch: entity.keyEpoch),
      let (_, pseudonymKey) = keys.pseudonymKey(for: entity.kind, epoch: entity.keyEpoch)
    else {
      throw CordonError(
        .denied, "key-not-held",
        "No key of epoch \(entity.keyEpoch) for a name of kind \(entity.kind) is held here.")
    }
    guard let name = open(sealed.sealedName, with: try key.openingKey, info: info) else {
      throw CordonError(
        .invalid, "sealed-name-unreadable",
        "A sealed name of \(sealed.sealedName.count) bytes cannot be opened with epoch \(key.epoch).")
    }
    let expected = Pseudonymiser.pseudonym(of: name, key: pseudonymKey)
    guard name.kind == entity.kind, expected == entity.pseudonym else {
      throw CordonError(
        .invalid, "sealed-name-mismatch", "The sealed name of \(entity.shortName) is not the name it stands for.")
    }
    return name
  }

  /// Nil for what was not sealed to the key for the purpose, or holds no name.
  static func open(
    _ bytes: [UInt8], with key: Curve25519.KeyAgreement.PrivateKey, info: Data
  ) -> CanonicalName? {
    guard bytes.count > encapsulatedLength + tagLength,
      bytes.count <= encapsulatedLength + contentLimit + tagLength,
      var recipient = try? HPKE.Recipient(
        privateKey: key, ciphersuite: suite, info: info, encapsulatedKey: Data(bytes[..<encapsulatedLength])),
      let content = (try? recipient.open(Data(bytes[encapsulatedLength...]))).map([UInt8].init),
      content.count >= 3, let kind = EntityKind(rawValue: content[0])
    else { return nil }
    let length = Int(content[1]) << 8 | Int(content[2])
    guard content.count >= 3 + length, !content[(3 + length)...].contains(where: { $0 != 0 }) else { return nil }
    return CanonicalName(kind: kind, canonical: content[3..<(3 + length)])
  }
}

extension EpochKey {
  private static let purpose = Data("cordon/v1/name-sealing".utf8)

  /// What anyone may seal to; derived from the site's key, so it needs no distribution of its own.
  package var sealingKey: Curve25519.KeyAgreement.PublicKey {
    get throws(CordonError) { try openingKey.publicKey }
  }

  fileprivate var openingKey: Curve25519.KeyAgreement.PrivateKey {
    get throws(CordonError) {
      let bytes = HKDF<SHA256>.deriveKey(inputKeyMaterial: key, info: Self.purpose, outputByteCount: 32)
      do {
        return try bytes.withUnsafeBytes { try Curve25519.KeyAgreement.PrivateKey(rawRepresentation: $0) }
      } catch {
        throw CordonError(.defect, "sealing-key-failed", "No sealing key could be derived for epoch \(epoch).")
      }
    }
  }
}
