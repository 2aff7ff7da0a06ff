/// An enrolment token, as the collector keeps it: never the token itself.
package struct TokenRecord: Hashable, Sendable {
  /// What people call it; not secret.
  package var id: String
  /// SHA-256 of the token.
  package var digest: [UInt8]
  /// Group of the agents that enrol with it.
  package var group: String
  package var createdAt: Timestamp
  package var notAfter: Timestamp
  package var usesLeft: UInt32
  package var isRevoked: Bool
  package var createdBy: String

  package init(
    id: String, digest: [UInt8], group: String = "", createdAt: Timestamp, notAfter: Timestamp, usesLeft: UInt32,
    isRevoked: Bool = false, createdBy: String
  ) {
    self.id = id
    self.digest = digest
    self.group = group
    self.createdAt = createdAt
    self.notAfter = notAfter
    self.usesLeft = usesLeft
    self.isRevoked = isRevoked
    self.createdBy = createdBy
  }
}
