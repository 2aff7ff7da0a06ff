package import CordonCore

/// How one kind of action changes the machine, and takes the change back.
///
/// `plan` changes nothing. `apply` and `undo` are idempotent: after a crash they are run again. `apply` calls `amend`
/// before it changes anything that the undo on disk does not cover. `undo` leaves alone what another hold covers.
package protocol ActionEffect: Sendable {
  /// Reads the machine and says how the action would be undone.
  func plan(_ target: Target, command: UniqueID, others: [Hold]) throws(CordonError) -> Undo
  /// Makes the change.
  func apply(_ hold: Hold, others: [Hold], amend: (Undo) throws(CordonError) -> Void) throws(CordonError)
  /// Proves the effect by looking at the machine; what was seen, one line each; `not-effective` where it is not so.
  func verify(_ hold: Hold) throws(CordonError) -> [String]
  /// Takes the change back; what was done, one line each.
  func undo(_ hold: Hold, others: [Hold]) throws(CordonError) -> [String]
  /// Whether the change is still in place, cheaply; asked for now and then while held.
  func isInPlace(_ hold: Hold) -> Bool
}

/// What an action does, for people who must decide on it.
package struct ActionDescription: Hashable, Sendable {
  package var changes: String
  package var undo: String
  package var verification: String
  package var blastRadius: String

  /// What the action changes, how it is undone and verified, and what it cuts off.
  package init(_ action: Action.Name) {
    switch action {
    case .suspendProcess:
      changes = "Freezes the process and its descendants, so that none of them runs."
      undo = "They go on where they were, in the control groups that they came from."
      verification = "The kernel reports the control group as frozen, or every process as stopped."
      blastRadius = "That program on this machine; who waits for it waits."
    case .blockAddress:
      changes = "Drops every packet from and to the address in the table `inet cordon`, and closes its connections."
      undo = "The address is taken out of the table; closed connections have to be made anew."
      verification = "The rules are read back, a connection is tried and its packets seen dropped."
      blastRadius = "Everything between this machine, or what it forwards for, and that address."
    case .killProcess:
      changes = "Ends the process at once (SIGKILL)."
      undo = "None."
      verification = "The process is gone."
      blastRadius = "That process; what it did not save is lost."
    }
  }
}

extension CordonError {
  /// The machine does not show the effect.
  static func notEffective(_ message: String) -> CordonError { CordonError(.unavailable, "not-effective", message) }

  /// The machine refused the change.
  static func notApplied(_ message: String, remedy: String = "") -> CordonError {
    CordonError(.unavailable, "not-applied", message, remedy: remedy)
  }
}
