import ArgumentParser
import CordonWire

struct AgentListCommand: ConnectedCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List agents and how they are doing.",
    discussion: """
      Examples:
        cordon agent list
        cordon agent list --group administration --output json
      """)

  @OptionGroup var common: CommonOptions
  @Option(help: "Only agents of this group.") var group: String?

  func run(in session: AdminSession) async throws -> Report {
    var agents = try await session.client.listAgents(.init(), options: AdminCall.options).agents
    if let group { agents.removeAll { $0.group != group } }
    return AgentPage.list(agents, at: session.now)
  }
}
