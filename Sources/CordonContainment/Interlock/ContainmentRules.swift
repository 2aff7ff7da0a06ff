package import CordonCore

/// Every check that an order passes before anything is journalled; a value, so that each rule is tried by itself.
package struct ContainmentRules: Sendable {
  package let agentID: AgentID
  package let limits: AuthorityLimits
  package let interlock: Interlock
  package let neverTouch: NeverTouch
  package let clockTolerance: Duration

  /// More clock error is not tolerated, whatever the policy says.
  package static let mostClockTolerance: Duration = .seconds(600)

  package init(agentID: AgentID, label: String, policy: Policy, neverTouch: NeverTouch) {
    self.agentID = agentID
    limits = AuthorityLimits(policy.containment)
    interlock = Interlock(policy.interlock, label: label)
    var neverTouch = neverTouch
    neverTouch.executables.formUnion(policy.containment.neverTouchExecutables)
    neverTouch.networks += policy.containment.neverTouchNetworks.compactMap { IPNetwork($0) }
    self.neverTouch = neverTouch
    clockTolerance = min(policy.clockTolerance, Self.mostClockTolerance)
  }

  /// Refuses a command for another agent, outside its validity, or seen before.
  package func checkCommand(_ command: Command, journal: JournalState, at now: Moment) throws(CordonError) {
    guard command.agentID == agentID else {
      throw Refusal.otherAgent.error("The command is for the agent \(command.agentID), not for this one.")
    }
    guard journal.remembered[command.id] == nil, journal.holds[command.id] == nil else {
      throw Refusal.replayed.error("The command \(command.id) was taken up before.")
    }
    guard command.notBefore <= now.wall.advanced(by: clockTolerance) else {
      throw Refusal.clock.error(
        "The command is not valid yet by this machine's clock.", remedy: "Compare the clocks of both machines.")
    }
    guard now.wall <= command.notAfter.advanced(by: clockTolerance) else {
      throw Refusal.clock.error(
        "The command's validity has ended by this machine's clock.",
        remedy: "Order it anew; if it was just signed, compare the clocks of both machines.")
    }
    guard journal.hasRoom else {
      throw Refusal.journalFull.error("The journal has no room for another action.")
    }
  }

  /// Refuses a target that is never touched, or that care depends on.
  package func checkTarget(
    _ target: Target, action: Action.Name, authority: Authority, machine: any Machine
  ) throws(CordonError) {
    switch target {
    case .process(let process):
      // A kill takes the one process; what is suspended is suspended with its children.
      let tree = action == .killProcess ? [try machine.current(process)] : try machine.tree(of: process)
      try neverTouch.check(tree)
      try interlock.check(authority, tree: tree)
    case .address(let address):
      try neverTouch.check(address, network: machine.network())
      try interlock.check(authority, address: address)
    }
  }
}
