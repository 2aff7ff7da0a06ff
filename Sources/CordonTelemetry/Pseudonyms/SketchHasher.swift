package import CordonCore
package import Crypto

/// 64-bit hashes for distinct counts under a key derived from the site's: equal on every agent, so that sketches merge.
///
/// Distinct counts leave the machine as registers; without the key they cannot be tried against a list of names.
package struct SketchHasher: Sendable {
  package static let cacheLimit = 2048

  /// What is counted; raw values separate equal bytes of different meaning.
  package enum Domain: UInt8, Sendable, Hashable {
    case executable = 1
    case address = 2
    case port = 3
    case host = 4
    case patient = 5
    /// Where a record was opened from, as its audit trail writes it.
    case origin = 6
    /// A name of the domain name system.
    case networkName = 17
    /// Of a DICOM application.
    case applicationTitle = 18
    /// Of an HL7 message, with its trigger.
    case messageType = 19
    case account = 7
    /// A table, a shared file or a directory's entry.
    case dataObject = 8
    /// A ward, a service or an organisation, as planning names it.
    case careGroup = 9
  }

  private struct Entry: Hashable, Sendable {
    var domain: Domain
    var bytes: [UInt8]
  }

  private let key: SymmetricKey
  private var cache = GenerationCache<Entry, UInt64>(limit: cacheLimit)

  package init(key: EpochKey) {
    self.key = HKDF<SHA256>.deriveKey(
      inputKeyMaterial: key.key, info: Array("cordon/v1/sketch".utf8), outputByteCount: 32)
  }

  /// For what never leaves this machine, under the agent's own key.
  package init(ownKey: SymmetricKey) {
    key = HKDF<SHA256>.deriveKey(
      inputKeyMaterial: ownKey, info: Array("cordon/v1/novelty".utf8), outputByteCount: 32)
  }

  /// The hash of a patient within one window of one entity, equal on every agent: it merges there, and cannot be followed
  /// to another window or another person.
  package mutating func hash(patient bytes: [UInt8], of entity: EntityRef, from start: Timestamp) -> UInt64 {
    let owner = [entity.kind.rawValue] + entity.pseudonym + Array(entity.label.utf8)
    let window = (0..<8).map { UInt8(truncatingIfNeeded: start.milliseconds >> ($0 * 8)) }
    return hash([UInt8(truncatingIfNeeded: owner.count)] + owner + window + bytes, as: .patient)
  }

  /// The hash of a value; remembered, because the same few values come again and again.
  package mutating func hash(_ bytes: [UInt8], as domain: Domain) -> UInt64 {
    let entry = Entry(domain: domain, bytes: bytes)
    if let known = cache[entry] { return known }
    var code = HMAC<SHA256>(key: key)
    code.update(data: [domain.rawValue, 0])
    code.update(data: bytes)
    let hash = code.finalize().prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    cache[entry] = hash
    return hash
  }
}
