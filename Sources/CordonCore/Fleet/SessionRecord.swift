/// Which collector holds an agent's stream: only it delivers the agent's directives.
package struct SessionRecord: Hashable, Sendable {
  package var agent: AgentID
  /// Of this stream alone.
  package var session: UniqueID
  package var collector: String
  package var bootID: String
  package var since: Timestamp

  package init(agent: AgentID, session: UniqueID, collector: String, bootID: String, since: Timestamp) {
    self.agent = agent
    self.session = session
    self.collector = collector
    self.bootID = bootID
    self.since = since
  }
}
