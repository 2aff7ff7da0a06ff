import ArgumentParser
import CordonWire

struct AgentShowCommand: ConnectedCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Show an agent: its health, its clock, and what it will never send.",
    discussion: """
      Examples:
        cordon agent show ws-17
        cordon agent show 3f9a
      """)

  @OptionGroup var common: CommonOptions
  @Argument(help: "The agent's label, its id, or the start of its id.") var agent: String

  func run(in session: AdminSession) async throws -> Report {
    var request = Cordon_V1_GetAgentRequest()
    request.id = try await session.agent(named: agent).id
    let response = try await session.client.getAgent(request, options: AdminCall.options)
    return AgentPage.page(response, at: session.now)
  }
}
