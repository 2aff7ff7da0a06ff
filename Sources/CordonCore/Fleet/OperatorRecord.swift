/// A person with a certificate for Admin.
package struct OperatorRecord: Hashable, Sendable {
  package var name: String
  /// Stable names of roles, as certificates and the method table use them.
  package var roles: [String]
  package var isRevoked: Bool
  /// Why; empty unless revoked.
  package var reason: String
  /// SHA-256 of the key's subject public key info.
  package var keyDigest: [UInt8]
  package var certificateNotAfter: Timestamp
  package var addedAt: Timestamp

  package init(
    name: String, roles: [String], isRevoked: Bool = false, reason: String = "", keyDigest: [UInt8],
    certificateNotAfter: Timestamp, addedAt: Timestamp
  ) {
    self.name = name
    self.roles = roles
    self.isRevoked = isRevoked
    self.reason = reason
    self.keyDigest = keyDigest
    self.certificateNotAfter = certificateNotAfter
    self.addedAt = addedAt
  }
}
