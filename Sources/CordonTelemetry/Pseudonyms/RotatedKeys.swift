package import CordonCore
package import Crypto
import FoundationEssentials

/// Seals the keys of the next epoch to one agent, and opens them there.
///
/// HPKE (RFC 9180: X25519, HKDF-SHA256, ChaCha20-Poly1305) in its mode with a pre-shared key, which is derived from the
/// key of the epoch before: it takes the agent's own key and the site's present one to open the next. So it does not
/// matter whose word the agent's public key is taken on; who never held the site's keys cannot come by them.
package enum RotatedKeys {
  private static let suite = HPKE.Ciphersuite(kem: .Curve25519_HKDF_SHA256, kdf: .HKDF_SHA256, aead: .chaChaPoly)
  private static let encapsulatedLength = 32

  private enum Part: UInt8 {
    case staff = 1
    case patient = 2
  }

  /// Seals the next epoch's keys.
  ///
  /// - Parameters:
  ///   - present: of the epoch before, with the patients' key where the next has one.
  ///   - key: the agent's X25519 public key, 32 bytes. Code: `sealing-key`.
  package static func seal(
    _ next: EpochSecrets, after present: EpochSecrets, linkableUntil: Timestamp, to agent: AgentID, key: [UInt8]
  ) throws(CordonError) -> KeyRotation {
    guard let recipient = try? Curve25519.KeyAgreement.PublicKey(rawRepresentation: Data(key)) else {
      throw CordonError(.invalid, "sealing-key", "The agent \(agent) has no X25519 key that could be sealed to.")
    }
    func sealed(_ part: Part, _ secret: [UInt8], under psk: [UInt8]) throws(CordonError) -> [UInt8] {
      do {
        var sender = try HPKE.Sender(
          recipientKey: recipient, ciphersuite: suite, info: info(part, agent, next.epoch),
          presharedKey: shared(psk), presharedKeyIdentifier: identifier(next.epoch))
        return try [UInt8](sender.encapsulatedKey) + [UInt8](sender.seal(Data(secret)))
      } catch {
        throw CordonError(.defect, "seal-failed", "The keys for \(agent) could not be sealed: \(error).")
      }
    }
    var patient: [UInt8] = []
    if let secret = next.patient, let psk = present.patient { patient = try sealed(.patient, secret, under: psk) }
    return KeyRotation(
      agentID: agent, epoch: next.epoch, begins: next.begins, linkableUntil: linkableUntil,
      sealedStaff: try sealed(.staff, next.staff, under: present.staff), sealedPatient: patient)
  }

  /// The next epoch's keys, as far as this machine may have them: patients' only where it held them before.
  ///
  /// Codes: `key-not-held` without the keys of the epoch before, `keys-unreadable`.
  package static func open(
    _ rotation: KeyRotation, with key: Curve25519.KeyAgreement.PrivateKey, holding schedule: KeySchedule
  ) throws(CordonError) -> EpochSecrets {
    guard let present = schedule.secrets(of: rotation.epoch - 1) else {
      throw CordonError(
        .denied, "key-not-held",
        "The keys of epoch \(rotation.epoch - 1), which open the next ones, are not held here.",
        remedy: "Install a newer site bundle: cordon site bundle.")
    }
    func opened(_ part: Part, _ sealed: [UInt8], under psk: [UInt8]) throws(CordonError) -> [UInt8] {
      guard sealed.count == KeyRotation.sealedLength,
        var recipient = try? HPKE.Recipient(
          privateKey: key, ciphersuite: suite, info: info(part, rotation.agentID, rotation.epoch),
          encapsulatedKey: Data(sealed[..<encapsulatedLength]), presharedKey: shared(psk),
          presharedKeyIdentifier: identifier(rotation.epoch)),
        let secret = try? recipient.open(Data(sealed[encapsulatedLength...])), secret.count == EpochSecrets.keyLength
      else {
        throw CordonError(
          .denied, "keys-unreadable", "The keys of epoch \(rotation.epoch) cannot be opened on this machine.",
          remedy: "Have them sealed anew: cordon names rotate --again.")
      }
      return [UInt8](secret)
    }
    var patient: [UInt8]?
    if let psk = present.patient { patient = try opened(.patient, rotation.sealedPatient, under: psk) }
    return EpochSecrets(
      epoch: rotation.epoch, staff: try opened(.staff, rotation.sealedStaff, under: present.staff), patient: patient,
      begins: rotation.begins)
  }

  private static func info(_ part: Part, _ agent: AgentID, _ epoch: UInt32) -> Data {
    Data("cordon/v1/key-rotation".utf8) + Data([part.rawValue]) + identifier(epoch) + Data(agent.text.utf8)
  }

  /// The epoch, big-endian.
  private static func identifier(_ epoch: UInt32) -> Data {
    Data([24, 16, 8, 0].map { UInt8(truncatingIfNeeded: epoch >> $0) })
  }

  private static func shared(_ key: [UInt8]) -> SymmetricKey {
    HKDF<SHA256>.deriveKey(
      inputKeyMaterial: SymmetricKey(data: key), info: Data("cordon/v1/key-rotation-present".utf8),
      outputByteCount: 32)
  }
}
