/// Asks an agent who is behind pseudonyms; answered to the person who asks and to nobody else.
///
/// The names come sealed in detections, so that an agent opens no more than what was reported to somebody once. What it
/// answers is sealed to a key that the asker made for this one question.
package struct UnsealOrder: Hashable, Sendable {
  /// Names of one order.
  package static let mostNames = 16
  /// Bytes of an X25519 public key.
  package static let answerKeyLength = 32
  /// No order may be valid for longer.
  package static let mostValidity: Duration = .seconds(86_400)

  package var id: UniqueID
  package var agentID: AgentID
  package var names: [SealedEntity]
  /// X25519, made for this order alone.
  package var answerKey: [UInt8]
  /// Kept in the ledger.
  package var reason: String
  package var notAfter: Timestamp

  package init(
    id: UniqueID, agentID: AgentID, names: [SealedEntity], answerKey: [UInt8], reason: String, notAfter: Timestamp
  ) {
    self.id = id
    self.agentID = agentID
    self.names = names
    self.answerKey = answerKey
    self.reason = reason
    self.notAfter = notAfter
  }

  /// Whether a patient is among those whose names are asked for.
  package var concernsPatients: Bool { names.contains { $0.entity.kind == .record } }
}
