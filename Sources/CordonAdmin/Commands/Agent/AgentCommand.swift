import ArgumentParser

struct AgentCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "agent", abstract: "List, inspect and revoke agents.",
    subcommands: [AgentListCommand.self, AgentShowCommand.self, AgentRevokeCommand.self])
}
