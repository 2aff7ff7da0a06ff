/// Where a machine answers while nothing is blocked: its own address towards a peer, and a port on which it listens.
package struct ProbePlace: Hashable, Sendable {
  package var address: SealedEntity
  package var port: UInt16

  package init(address: SealedEntity, port: UInt16) {
    self.address = address
    self.port = port
  }
}

/// Asks the machine whose address is blocked to look at the block from outside: connections are tried, nothing is sent.
package struct WitnessRequest: Hashable, Sendable {
  /// The witness; it answers with an outcome of the command.
  package var agentID: AgentID
  package var commandID: UniqueID
  /// Who holds the block.
  package var holderID: AgentID
  package var place: ProbePlace
  /// An address of the witness's own.
  package var blocked: SealedEntity
  package var notAfter: Timestamp

  package init(
    agentID: AgentID, commandID: UniqueID, holderID: AgentID, place: ProbePlace, blocked: SealedEntity,
    notAfter: Timestamp
  ) {
    self.agentID = agentID
    self.commandID = commandID
    self.holderID = holderID
    self.place = place
    self.blocked = blocked
    self.notAfter = notAfter
  }

  /// What an outcome says who saw it.
  package var witness: String { Self.witness(agentID) }

  package static func witness(_ agent: AgentID) -> String { "agent/\(agent)" }
}
