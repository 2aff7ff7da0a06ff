package import CordonCore
package import Crypto

/// Which user has used which patient's record before: for what is new to somebody.
///
/// Pairs are kept as 64-bit hashes under a key that never leaves the machine and outlives the site's key epochs, so that
/// a rotation makes nobody's patients new. Bounded: `limit` pairs in each of two generations, 2 MB on disk at most; a pair
/// not seen for that long counts as new again.
package struct PatientHistory: Sendable {
  package static let limit = 131_072
  /// Bytes of `encoded`.
  package static let encodedLimit = 2 * limit * 8

  private let key: SymmetricKey
  private var pairs = GenerationCache<UInt64, Bool>(limit: limit)

  /// - Parameter key: the agent's own.
  package init(key: SymmetricKey) {
    self.key = HKDF<SHA256>.deriveKey(
      inputKeyMaterial: key, info: Array("cordon/v1/patient-history".utf8), outputByteCount: 32)
  }

  /// With what `encoded` gave.
  package init(key: SymmetricKey, encoded bytes: [UInt8]) {
    self.init(key: key)
    for start in stride(from: 0, to: min(bytes.count, Self.encodedLimit) - 7, by: 8) {
      pairs[bytes[start..<(start + 8)].reduce(0) { $0 << 8 | UInt64($1) }] = true
    }
  }

  package var count: Int { pairs.count }

  /// Notes that a user used a patient's record; true the first time.
  package mutating func isFirst(_ user: CanonicalName, _ patient: CanonicalName) -> Bool {
    var code = HMAC<SHA256>(key: key)
    code.update(data: user.bytes)
    code.update(data: [0])
    code.update(data: patient.bytes)
    let hash = code.finalize().prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard pairs[hash] == nil else { return false }
    pairs[hash] = true
    return true
  }

  /// Eight bytes a pair, sorted.
  package var encoded: [UInt8] {
    pairs.contents.keys.sorted().flatMap { hash in (0..<8).map { UInt8(truncatingIfNeeded: hash >> (56 - 8 * $0)) } }
  }
}
