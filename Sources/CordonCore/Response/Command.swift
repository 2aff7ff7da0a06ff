/// One containment action for one agent, as an envelope of type `command` carries it.
package struct Command: Hashable, Sendable {
  /// Whether a command may change anything; raw values are the wire's.
  package enum Mode: UInt8, Sendable {
    case effect = 1
    /// The same path, no effect.
    case dryRun = 2
  }

  package var id: UniqueID
  package var agentID: AgentID
  package var action: Action
  package var notBefore: Timestamp
  package var notAfter: Timestamp
  /// Of a reversible action; zero for a one-shot.
  package var lease: Duration
  /// No renewal passes it.
  package var maxUntil: Timestamp
  package var reason: String
  package var incidentID: UniqueID?
  package var mode: Mode

  package init(
    id: UniqueID, agentID: AgentID, action: Action, notBefore: Timestamp, notAfter: Timestamp, lease: Duration,
    maxUntil: Timestamp, reason: String, incidentID: UniqueID? = nil, mode: Mode = .effect
  ) {
    self.id = id
    self.agentID = agentID
    self.action = action
    self.notBefore = notBefore
    self.notAfter = notAfter
    self.lease = lease
    self.maxUntil = maxUntil
    self.reason = reason
    self.incidentID = incidentID
    self.mode = mode
  }
}

/// Extends a held command's lease, never past its `maxUntil`.
package struct LeaseRenewal: Hashable, Sendable {
  package var commandID: UniqueID
  package var agentID: AgentID
  package var until: Timestamp

  package init(commandID: UniqueID, agentID: AgentID, until: Timestamp) {
    self.commandID = commandID
    self.agentID = agentID
    self.until = until
  }
}

/// Undoes a reversible action before its lease ends.
package struct CommandRelease: Hashable, Sendable {
  package var commandID: UniqueID
  package var agentID: AgentID
  package var reason: String

  package init(commandID: UniqueID, agentID: AgentID, reason: String) {
    self.commandID = commandID
    self.agentID = agentID
    self.reason = reason
  }
}
