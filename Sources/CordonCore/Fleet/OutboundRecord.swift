/// An envelope on its way to one agent: nothing reaches an agent otherwise.
package struct OutboundRecord: Hashable, Sendable {
  /// How far it came; raw values are stored.
  package enum State: String, Sendable, CaseIterable {
    case pending
    /// Written to the agent's stream, which may have broken since.
    case delivered
    case answered
    /// A newer envelope of its type took its place before it was answered.
    case superseded
  }

  /// What the agent said; raw values are stored.
  package enum Answer: String, Sendable, CaseIterable {
    case accepted, refused, unsupported
  }

  package var agent: AgentID
  /// Ascending within an agent, from 1; the directive's id on the wire.
  package var serial: UInt64
  /// The envelope's type.
  package var type: String
  /// The whole envelope.
  package var envelope: [UInt8]
  package var state: State
  package var createdAt: Timestamp
  package var answer: Answer?
  /// Why the agent refused; empty otherwise.
  package var code: String
  package var message: String

  package init(
    agent: AgentID, serial: UInt64, type: String, envelope: [UInt8], state: State = .pending, createdAt: Timestamp,
    answer: Answer? = nil, code: String = "", message: String = ""
  ) {
    self.agent = agent
    self.serial = serial
    self.type = type
    self.envelope = envelope
    self.state = state
    self.createdAt = createdAt
    self.answer = answer
    self.code = code
    self.message = message
  }
}
