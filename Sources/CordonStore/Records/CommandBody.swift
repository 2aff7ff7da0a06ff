import CordonCore

/// An action as JSON.
struct ActionBody: Codable {
  var name: String
  var process: ProcessBody?
  var address: EntityBody?

  init(_ action: Action) {
    name = action.name.rawValue
    switch action {
    case .suspendProcess(let process), .killProcess(let process): self.process = ProcessBody(process)
    case .blockAddress(let address): self.address = EntityBody(address)
    }
  }

  func domain() throws(CordonError) -> Action {
    switch (Action.Name(rawValue: name), process, address) {
    case (.suspendProcess, let process?, _): return .suspendProcess(process.domain)
    case (.killProcess, let process?, _): return .killProcess(process.domain)
    case (.blockAddress, _, let address?): return .blockAddress(try address.domain())
    default: throw StoreFailure.badRow("commands", "action")
    }
  }
}

/// A command as JSON; its id and agent are columns.
struct CommandBody: Codable {
  var action: ActionBody
  var notBefore: Int64
  var notAfter: Int64
  var leaseMilliseconds: Int64
  var maxUntil: Int64
  var reason: String
  var mode: UInt8

  init(_ command: Command) {
    action = ActionBody(command.action)
    notBefore = command.notBefore.milliseconds
    notAfter = command.notAfter.milliseconds
    leaseMilliseconds = command.lease.milliseconds
    maxUntil = command.maxUntil.milliseconds
    reason = command.reason
    mode = command.mode.rawValue
  }

  func domain(id: UniqueID, agent: AgentID, incident: UniqueID?) throws(CordonError) -> Command {
    guard let mode = Command.Mode(rawValue: mode) else { throw StoreFailure.badRow("commands", "command") }
    return Command(
      id: id, agentID: agent, action: try action.domain(), notBefore: Timestamp(milliseconds: notBefore),
      notAfter: Timestamp(milliseconds: notAfter), lease: .milliseconds(leaseMilliseconds),
      maxUntil: Timestamp(milliseconds: maxUntil), reason: reason, incidentID: incident, mode: mode)
  }
}
