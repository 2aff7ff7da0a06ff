package import CordonCore

/// On whose word an action is taken.
package enum Authority: Hashable, Sendable {
  /// The agent alone, on a tripwire.
  case reflex
  /// The collector's key, within the policy's standing authority.
  case standing
  /// Enough responders signed.
  case operators
  /// Enough responders signed, one of them clinical.
  case clinicalOperators

  /// No person looked at this very action.
  package var isAutomatic: Bool { self == .reflex || self == .standing }
}

/// What an action is aimed at, with names opened: it never leaves the machine.
package enum Target: Hashable, Sendable {
  case process(ProcessRef)
  case address(IPAddress)
}

/// A command that was taken up: what it is, how far along, how it is undone.
package struct Hold: Hashable, Sendable {
  package var commandID: UniqueID
  package var action: Action
  package var target: Target
  package var authority: Authority
  package var state: HoldState
  package var lease: Lease
  /// No renewal passes it.
  package var maxUntil: Timestamp
  package var undo: Undo
  package var detectionID: UniqueID?

  package init(
    commandID: UniqueID, action: Action, target: Target, authority: Authority, state: HoldState = .journalled,
    lease: Lease, maxUntil: Timestamp, undo: Undo, detectionID: UniqueID? = nil
  ) {
    self.commandID = commandID
    self.action = action
    self.target = target
    self.authority = authority
    self.state = state
    self.lease = lease
    self.maxUntil = maxUntil
    self.undo = undo
    self.detectionID = detectionID
  }
}
