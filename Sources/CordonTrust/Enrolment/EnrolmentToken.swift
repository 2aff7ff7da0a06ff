package import CordonCore
import Crypto

/// What lets a machine enrol: shown once, stored hashed, and good for a time and a number of uses.
package struct EnrolmentToken: Hashable, Sendable {
  /// Names the token in lists and logs; not secret.
  package let id: String
  private let secret: [UInt8]
  /// SHA-256 of the subject public key info of the CA root that the server must chain to.
  package let pin: KeyDigest

  private static let idLength = 6
  private static let secretLength = 24
  private static let prefix = "cordon1"
  /// Bytes of its text.
  package static let mostBytes = 256

  package init(pin: KeyDigest, randomness: inout some RandomNumberGenerator) {
    id = Hex.encode((0..<Self.idLength).map { _ in UInt8.random(in: .min ... .max, using: &randomness) })
    secret = (0..<Self.secretLength).map { _ in UInt8.random(in: .min ... .max, using: &randomness) }
    self.pin = pin
  }

  /// `cordon1.<id>.<secret>.<pin>`, as an admin hands it to a machine by file or standard input.
  package var text: String { "\(Self.prefix).\(id).\(Hex.encode(secret)).\(pin)" }

  /// From text with white space around it; `token-malformed` for anything else.
  package init(_ text: String) throws(CordonError) {
    let trimmed = text.utf8.count <= Self.mostBytes ? text.filter { !$0.isWhitespace } : ""
    let parts = trimmed.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 4, parts[0] == Self.prefix, Hex.decode(parts[1])?.count == Self.idLength,
      let secret = Hex.decode(parts[2]), secret.count == Self.secretLength,
      let pinBytes = Hex.decode(parts[3]), let pin = KeyDigest(bytes: pinBytes)
    else {
      throw CordonError(
        .invalid, "token-malformed", "The enrolment token is not one that `cordon token create` printed.",
        remedy: "Copy the whole line that starts with cordon1.")
    }
    self.id = String(parts[1])
    self.secret = secret
    self.pin = pin
  }

  /// SHA-256 of the secret: what the collector stores.
  ///
  /// The secret has 192 random bits, so that a fast hash without salt gives nothing away.
  package var hash: [UInt8] { Array(SHA256.hash(data: secret)) }
}

extension TokenRecord {
  /// A day.
  package static let defaultLifetime = Duration.seconds(86_400)
  /// 90 days.
  package static let longestLifetime = Duration.seconds(90 * 86_400)
  package static let mostUses: UInt32 = 10_000

  /// What to keep of a new token; refuses a life or a number of uses out of range.
  package init(
    _ token: EnrolmentToken, group: String, lifetime: Duration, uses: UInt32, createdBy: String, at now: Timestamp
  ) throws(CordonError) {
    guard lifetime > .zero, lifetime <= Self.longestLifetime else {
      throw CordonError(.invalid, "token-lifetime", "A token lives more than nothing and at most 90 days.")
    }
    guard (1...Self.mostUses).contains(uses) else {
      throw CordonError(.invalid, "token-uses", "A token has 1 to \(Self.mostUses) uses, not \(uses).")
    }
    self.init(
      id: token.id, digest: token.hash, group: group, createdAt: now, notAfter: now.advanced(by: lifetime),
      usesLeft: uses, createdBy: createdBy)
  }
}
