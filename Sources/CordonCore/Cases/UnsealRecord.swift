/// A question for names as the collector keeps it: who asked and why, who agreed, and what the agent said.
package struct UnsealRecord: Hashable, Sendable {
  /// Where it stands; raw values are kept.
  package enum State: String, Sendable, CaseIterable {
    /// Waits for signatures.
    case proposed
    /// On its way to the agent.
    case ordered
    /// The agent answered, sealed to the asker.
    case answered
    case refused
  }

  package var order: UnsealOrder
  package var state: State
  /// The whole envelope, signatures included.
  package var envelope: [UInt8]
  package var askedBy: String
  package var askedAt: Timestamp
  package var signedBy: [String]
  package var signatures: UInt32
  package var signaturesNeeded: UInt32
  package var updatedAt: Timestamp
  /// The agent's word.
  package var outcome: Outcome?

  package init(
    order: UnsealOrder, state: State, envelope: [UInt8], askedBy: String, askedAt: Timestamp, signedBy: [String],
    signatures: UInt32, signaturesNeeded: UInt32, updatedAt: Timestamp, outcome: Outcome? = nil
  ) {
    self.order = order
    self.state = state
    self.envelope = envelope
    self.askedBy = askedBy
    self.askedAt = askedAt
    self.signedBy = signedBy
    self.signatures = signatures
    self.signaturesNeeded = signaturesNeeded
    self.updatedAt = updatedAt
    self.outcome = outcome
  }
}
