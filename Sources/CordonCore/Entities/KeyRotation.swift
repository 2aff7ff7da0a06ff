/// The keys of names of the next epoch, on their way to one agent.
///
/// They are sealed to the agent's own key and, beside it, under the keys of the epoch before: a collector that hands out
/// a key of its own as an agent's gets nothing, and a workstation cannot open the patients' key.
package struct KeyRotation: Hashable, Sendable {
  /// An encapsulated key, a key and a tag.
  package static let sealedLength = 32 + EpochSecrets.keyLength + 16
  /// For how long after the switch the keys before it may be kept.
  package static let mostLinkable: Duration = .seconds(400 * 86_400)

  package var agentID: AgentID
  /// The epoch that begins; from 2.
  package var epoch: UInt32
  package var begins: Timestamp
  /// Until when agents keep the keys of the epoch before.
  package var linkableUntil: Timestamp
  package var sealedStaff: [UInt8]
  package var sealedPatient: [UInt8]

  package init(
    agentID: AgentID, epoch: UInt32, begins: Timestamp, linkableUntil: Timestamp, sealedStaff: [UInt8],
    sealedPatient: [UInt8]
  ) {
    self.agentID = agentID
    self.epoch = epoch
    self.begins = begins
    self.linkableUntil = linkableUntil
    self.sealedStaff = sealedStaff
    self.sealedPatient = sealedPatient
  }
}
