/// A model that the collector made or keeps, with how far it has come.
package struct ModelRecord: Hashable, Sendable {
  /// Raw values are stored and shown.
  package enum State: String, Sendable, CaseIterable {
    /// Trained here; no operator has signed it.
    case candidate
    /// Scores beside the champion on the agents that it was offered to.
    case shadow
    /// Scores and alerts.
    case champion
    /// Was a champion or a shadow; a rollback may offer it again.
    case retired
  }

  package var id: UniqueID
  /// Permanent id of the feature schema.
  package var schema: UInt32
  package var state: State
  /// First 8 bytes of the SHA-256 of the payload: how scores name the model that gave them.
  package var number: UInt64
  /// The encoded bundle.
  package var payload: [UInt8]
  /// The signed envelope that agents fetch; empty for a candidate.
  package var envelope: [UInt8]
  /// SHA-256 of the envelope; empty for a candidate.
  package var digest: [UInt8]
  package var madeBy: String
  /// Empty for a candidate.
  package var promotedBy: String
  package var createdAt: Timestamp
  package var updatedAt: Timestamp

  package init(
    id: UniqueID, schema: UInt32, state: State = .candidate, number: UInt64, payload: [UInt8], envelope: [UInt8] = [],
    digest: [UInt8] = [], madeBy: String, promotedBy: String = "", createdAt: Timestamp, updatedAt: Timestamp
  ) {
    self.id = id
    self.schema = schema
    self.state = state
    self.number = number
    self.payload = payload
    self.envelope = envelope
    self.digest = digest
    self.madeBy = madeBy
    self.promotedBy = promotedBy
    self.createdAt = createdAt
    self.updatedAt = updatedAt
  }
}
