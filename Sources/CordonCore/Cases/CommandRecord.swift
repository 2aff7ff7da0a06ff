/// A command with its signatures and what became of it.
package struct CommandRecord: Hashable, Sendable {
  package var command: Command
  /// Such as `proposed`, `ordered`, `held`.
  package var state: String
  /// The whole envelope, signatures included; empty for a reflex, which the collector never saw.
  package var envelope: [UInt8]
  package var proposedBy: String
  package var proposedAt: Timestamp
  package var approvedBy: [String]
  package var signatures: UInt32
  package var signaturesNeeded: UInt32
  /// The agent acted by itself.
  package var isReflex: Bool
  /// The collector's own key gave the order.
  package var isStanding: Bool
  package var updatedAt: Timestamp
  /// The agent's newest word on it.
  package var outcome: Outcome?
  /// Counted up by the store with every change: who changes a stale copy is refused.
  package var revision: UInt64

  package init(
    command: Command, state: String, envelope: [UInt8] = [], proposedBy: String, proposedAt: Timestamp,
    approvedBy: [String] = [], signatures: UInt32 = 0, signaturesNeeded: UInt32 = 1, isReflex: Bool = false,
    isStanding: Bool = false, updatedAt: Timestamp, outcome: Outcome? = nil, revision: UInt64 = 0
  ) {
    self.command = command
    self.state = state
    self.envelope = envelope
    self.proposedBy = proposedBy
    self.proposedAt = proposedAt
    self.approvedBy = approvedBy
    self.signatures = signatures
    self.signaturesNeeded = signaturesNeeded
    self.isReflex = isReflex
    self.isStanding = isStanding
    self.updatedAt = updatedAt
    self.outcome = outcome
    self.revision = revision
  }
}
