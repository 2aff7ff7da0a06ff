/// Tells an agent that a model waits for it: fetched by digest, checked by the agent's own gate, then run or refused.
package struct ModelOffer: Hashable, Sendable {
  /// What the agent is asked to do with the model; raw values are the wire's.
  package enum Role: UInt8, Sendable, CaseIterable {
    /// Scores and alerts; takes the place of the one before without a gap.
    case champion = 1
    /// Scores beside the champion and never alerts.
    case shadow = 2
  }

  /// SHA-256 of the bytes to fetch: the serialised envelope that holds the bundle. 32 bytes.
  package var digest: [UInt8]
  /// Bytes to fetch.
  package var size: UInt32
  package var role: Role
  /// Rollout ring that the agent is in for this model; 0 is the first.
  package var ring: UInt32
  /// Rises over all offers of a site, so that an old offer cannot be played again; a rollback is a new offer.
  package var serial: UInt64
  /// Feature schema that the model reads, so that an agent without it need not fetch.
  package var schema: UInt32

  package init(digest: [UInt8], size: UInt32, role: Role, ring: UInt32, serial: UInt64, schema: UInt32) {
    self.digest = digest
    self.size = size
    self.role = role
    self.ring = ring
    self.serial = serial
    self.schema = schema
  }
}
