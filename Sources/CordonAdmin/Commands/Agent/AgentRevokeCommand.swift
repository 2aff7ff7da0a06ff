import ArgumentParser
import CordonWire

struct AgentRevokeCommand: ConnectedCommand {
  static let configuration = CommandConfiguration(
    commandName: "revoke", abstract: "Revoke an agent's identity; its connection is closed at once.",
    discussion: """
      A revoked agent goes on watching, but nothing of it is taken any more. To take it back, enrol the machine anew.

      Examples:
        cordon agent revoke ws-17 --reason "replaced, ticket 4711"
      """)

  @OptionGroup var common: CommonOptions
  @Argument(help: "The agent's label, its id, or the start of its id.") var agent: String
  @Option(help: "Why; it is kept in the ledger.") var reason: String

  func validate() throws {
    guard !reason.isEmpty else { throw ValidationError("--reason must say why.") }
  }

  func run(in session: AdminSession) async throws -> Report {
    let found = try await session.agent(named: agent)
    var request = Cordon_V1_RevokeAgentRequest()
    request.id = found.id
    request.reason = reason
    _ = try await session.client.revokeAgent(request, options: AdminCall.options)
    return Report(
      "Agent \(found.label) (\(found.id)) is revoked.", ["id": .text(found.id), "label": .text(found.label)])
  }
}
