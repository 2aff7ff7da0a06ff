/// A signed offer of a model to one ring of agents, and whether it is out.
package struct OfferRecord: Hashable, Sendable {
  /// Raw values are stored and shown.
  package enum State: String, Sendable, CaseIterable {
    /// Signed; the rings before it come first.
    case waiting
    /// On its way to every agent of the ring, those that enrol later too.
    case sent
    /// Never sent, because an earlier ring went wrong.
    case halted
    /// A later offer of the same schema and role took its place.
    case superseded
  }

  /// Rises over all offers of the site.
  package var serial: UInt64
  package var model: UniqueID
  package var schema: UInt32
  package var role: ModelOffer.Role
  /// From 0.
  package var ring: UInt32
  /// The ring's group; nil: every agent that no earlier ring holds.
  package var group: String?
  /// The whole signed envelope.
  package var envelope: [UInt8]
  package var state: State
  package var madeBy: String
  package var madeAt: Timestamp
  /// Nil until it is sent.
  package var sentAt: Timestamp?

  package init(
    serial: UInt64, model: UniqueID, schema: UInt32, role: ModelOffer.Role, ring: UInt32, group: String?,
    envelope: [UInt8], state: State = .waiting, madeBy: String, madeAt: Timestamp, sentAt: Timestamp? = nil
  ) {
    self.serial = serial
    self.model = model
    self.schema = schema
    self.role = role
    self.ring = ring
    self.group = group
    self.envelope = envelope
    self.state = state
    self.madeBy = madeBy
    self.madeAt = madeAt
    self.sentAt = sentAt
  }
}
