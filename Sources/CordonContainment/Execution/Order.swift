package import CordonCore

/// A command whose signatures were verified, and on whose word it acts.
package struct Order: Hashable, Sendable {
  package var command: Command
  package var authority: Authority
  /// What set off a reflex.
  package var detectionID: UniqueID?
  /// The peer of a reflex, raw: it was seen on this machine and needs no unsealing.
  package var peer: IPAddress?

  package init(command: Command, authority: Authority, detectionID: UniqueID? = nil, peer: IPAddress? = nil) {
    self.command = command
    self.authority = authority
    self.detectionID = detectionID
    self.peer = peer
  }

  /// An order of the agent's own, on a tripwire: short validity, the policy's lease, never renewed past its end.
  package static func reflex(
    _ action: Action, peer: IPAddress?, detection: UniqueID, agentID: AgentID, lease: Duration, at now: Timestamp,
    randomness: inout some RandomNumberGenerator
  ) -> Order {
    let command = Command(
      id: UniqueID(at: now, randomness: &randomness), agentID: agentID, action: action, notBefore: now,
      notAfter: now.advanced(by: .seconds(60)), lease: lease, maxUntil: now.advanced(by: lease),
      reason: "reflex on a tripwire")
    return Order(command: command, authority: .reflex, detectionID: detection, peer: peer)
  }
}

/// Opens sealed names with the site's key, and checks that the pseudonym is the name's.
package protocol NameOpener: Sendable {
  /// The canonical name: 4 or 16 bytes of an address, the bytes of a path; `sealed-name` where it cannot be.
  func open(_ entity: SealedEntity) throws(CordonError) -> [UInt8]
}
