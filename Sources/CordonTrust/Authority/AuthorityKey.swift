package import CordonCore
import Crypto

/// First 16 bytes of SHA-256 of an authority's public key.
package struct AuthorityKeyID: Hashable, Comparable, Sendable, CustomStringConvertible {
  package let bytes: [UInt8]

  package static let length = 16

  /// Nil unless there are 16 bytes.
  package init?(bytes: some Collection<UInt8>) {
    guard bytes.count == Self.length else { return nil }
    self.bytes = [UInt8](bytes)
  }

  /// Of a public key, 32 bytes of Ed25519.
  package init(publicKey: [UInt8]) {
    bytes = Array(SHA256.hash(data: publicKey).prefix(Self.length))
  }

  /// 32 hexadecimal digits.
  package var description: String { Hex.encode(bytes) }

  package static func < (left: AuthorityKeyID, right: AuthorityKeyID) -> Bool {
    left.bytes.lexicographicallyPrecedes(right.bytes)
  }
}

/// What an authority key may sign; raw values are the wire's.
package enum AuthorityRole: UInt8, Sendable, CaseIterable, Comparable {
  case root = 1
  case policy = 2
  case model = 3
  case respond = 4
  case clinical = 5
  case privacy = 6
  case unseal = 7
  /// The collector's own key; acts only within the policy's standing authority.
  case standing = 8

  /// As people write it: `root`, `respond`, …
  package var name: String { "\(self)" }

  /// From its name; nil for any other text.
  package init?(name: String) {
    guard let role = Self.allCases.first(where: { $0.name == name }) else { return nil }
    self = role
  }

  package static func < (left: AuthorityRole, right: AuthorityRole) -> Bool { left.rawValue < right.rawValue }
}

/// One line of the roster: a public key, who holds it, and what it may sign.
package struct AuthorityKey: Hashable, Sendable {
  package let id: AuthorityKeyID
  /// Ed25519, 32 bytes.
  package let publicKey: [UInt8]
  /// The person's or collector's name, as in its certificate.
  package var holder: String
  package var roles: Set<AuthorityRole>

  package static let publicKeyLength = 32
  /// Bytes of UTF-8.
  package static let longestHolder = 64

  /// Refuses a key of the wrong length, an empty or overlong holder, and a key without roles.
  ///
  /// A `standing` key has that role alone: it is the collector's, and the collector holds nothing else.
  package init(publicKey: [UInt8], holder: String, roles: Set<AuthorityRole>) throws(CordonError) {
    guard publicKey.count == Self.publicKeyLength else {
      throw CordonError(.invalid, "authority-key", "\(holder)'s authority key has \(publicKey.count) bytes, not 32.")
    }
    guard (try? Curve25519.Signing.PublicKey(rawRepresentation: publicKey)) != nil else {
      throw CordonError(.invalid, "authority-key", "\(holder)'s authority key is not an Ed25519 public key.")
    }
    guard !holder.isEmpty, holder.utf8.count <= Self.longestHolder else {
      throw CordonError(
        .invalid, "authority-holder", "An authority key's holder must have 1 to \(Self.longestHolder) bytes.")
    }
    guard !roles.isEmpty else {
      throw CordonError(.invalid, "authority-roles", "\(holder)'s authority key has no role.")
    }
    guard !roles.contains(.standing) || roles.count == 1 else {
      throw CordonError(
        .invalid, "authority-roles", "\(holder)'s key has the role standing and others.",
        remedy: "Give the collector a key of its own with the role standing alone.")
    }
    self.id = AuthorityKeyID(publicKey: publicKey)
    self.publicKey = publicKey
    self.holder = holder
    self.roles = roles
  }

  /// Whether a signature of 64 bytes over `bytes` is this key's.
  func verifies(_ signature: [UInt8], over bytes: [UInt8]) -> Bool {
    guard let key = try? Curve25519.Signing.PublicKey(rawRepresentation: publicKey) else { return false }
    return key.isValidSignature(signature, for: bytes)
  }
}
