package import CordonCore
import FoundationEssentials

extension Cordon_V1_Action {
  package init(_ action: Action) {
    self.init()
    switch action {
    case .suspendProcess(let process): suspendProcess.process = Cordon_V1_ProcessRef(process)
    case .blockAddress(let address): blockAddress.address = Cordon_V1_SealedEntity(address)
    case .killProcess(let process): killProcess.process = Cordon_V1_ProcessRef(process)
    }
  }

  package func domain() throws(CordonError) -> Action {
    switch kind {
    case .suspendProcess(let suspend): return .suspendProcess(try suspend.process.domain())
    case .blockAddress(let block):
      let address = try block.address.domain()
      guard address.entity.kind == .address else {
        throw CordonError(.invalid, "malformed", "The target of block-address is not an address.")
      }
      return .blockAddress(address)
    case .killProcess(let kill): return .killProcess(try kill.process.domain())
    case nil: throw CordonError(.invalid, "unknown-action", "A command holds no action that this version knows.")
    }
  }
}

extension Cordon_V1_Command {
  package init(_ command: Command) {
    self.init()
    id = Data(command.id.bytes)
    agentID = command.agentID.text
    action = Cordon_V1_Action(command.action)
    notBeforeMs = command.notBefore.milliseconds
    notAfterMs = command.notAfter.milliseconds
    leaseMs = command.lease.milliseconds
    maxUntilMs = command.maxUntil.milliseconds
    reason = command.reason
    incidentID = Data(command.incidentID?.bytes ?? [])
    mode = Cordon_V1_ActionMode(rawValue: Int(command.mode.rawValue)) ?? .unspecified
  }

  /// The command; a reversible action without a lease and a one-shot with one are refused.
  package func domain() throws(CordonError) -> Command {
    let action = try action.domain()
    guard action.name.isReversible == (leaseMs > 0) else {
      throw CordonError(
        .invalid, "lease",
        action.name.isReversible ? "\(action.name.rawValue) needs a lease." : "\(action.name.rawValue) takes no lease.")
    }
    return Command(
      id: try Bounded.id(id, "command id"), agentID: try AgentID(wire: agentID), action: action,
      notBefore: try Bounded.time(notBeforeMs, "not-before"), notAfter: try Bounded.time(notAfterMs, "not-after"),
      lease: try Bounded.duration(leaseMs, "lease"), maxUntil: try Bounded.time(maxUntilMs, "max-until"),
      reason: try Bounded.text(reason, "reason", most: WireLimits.sentence),
      incidentID: try Bounded.optionalID(incidentID, "incident id"),
      mode: try Bounded.known(mode.rawValue, as: Command.Mode.self, "mode"))
  }
}

extension Cordon_V1_LeaseRenewal {
  package init(_ renewal: LeaseRenewal) {
    self.init()
    commandID = Data(renewal.commandID.bytes)
    agentID = renewal.agentID.text
    untilMs = renewal.until.milliseconds
  }

  package func domain() throws(CordonError) -> LeaseRenewal {
    LeaseRenewal(
      commandID: try Bounded.id(commandID, "command id"), agentID: try AgentID(wire: agentID),
      until: try Bounded.time(untilMs, "until"))
  }
}

extension Cordon_V1_CommandRelease {
  package init(_ release: CommandRelease) {
    self.init()
    commandID = Data(release.commandID.bytes)
    agentID = release.agentID.text
    reason = release.reason
  }

  package func domain() throws(CordonError) -> CommandRelease {
    CommandRelease(
      commandID: try Bounded.id(commandID, "command id"), agentID: try AgentID(wire: agentID),
      reason: try Bounded.text(reason, "reason", most: WireLimits.sentence))
  }
}

extension AgentID {
  /// From a peer's text; refused unless it is 32 lower-case hexadecimal digits.
  package init(wire text: String) throws(CordonError) {
    guard let id = AgentID(text) else {
      throw CordonError(.invalid, "malformed", "An agent id is not 32 lower-case hexadecimal digits.")
    }
    self = id
  }
}
