/// A signed roster, policy or trust bundle as it came, with what must be known to choose among several.
package struct AuthorityRecord: Hashable, Sendable {
  /// What the envelope holds; raw values are the envelope's types.
  package enum Kind: String, Sendable, CaseIterable {
    case roster, policy, trust
  }

  package var kind: Kind
  /// One ascending series a kind for the whole site.
  package var serial: UInt64
  /// Empty: every agent. Rosters have none.
  package var group: String
  /// The whole envelope, as received.
  package var envelope: [UInt8]
  package var storedAt: Timestamp
  package var storedBy: String

  package init(
    kind: Kind, serial: UInt64, group: String = "", envelope: [UInt8], storedAt: Timestamp, storedBy: String
  ) {
    self.kind = kind
    self.serial = serial
    self.group = group
    self.envelope = envelope
    self.storedAt = storedAt
    self.storedBy = storedBy
  }
}
