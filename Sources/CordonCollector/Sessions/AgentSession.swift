package import CordonCore

/// One live stream of an agent, as its adapter sees it.
package struct AgentSession: Sendable {
  /// What the adapter should do.
  package enum Signal: Hashable, Sendable {
    /// Look for envelopes that wait for the agent.
    case deliver
    /// End the stream, and say why.
    case close(CordonError)
  }

  package let agent: AgentID
  /// What the agent was enrolled as: the one host that it may speak for.
  package let label: String
  package let group: String
  package let stream: StreamID
  /// Of this stream alone, as the store knows it.
  package let id: UniqueID
  /// Bounded: signals that come while the adapter is busy fold into one, and a close is never lost.
  package let signals: AsyncStream<Signal>
}
