import ArgumentParser
import CordonWire

struct CommandListCommand: ConnectedCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List containment commands, the newest first.",
    discussion: """
      Examples:
        cordon command list
        cordon command list --limit 20 --output json
      """)

  @OptionGroup var common: CommonOptions
  @Option(help: "How many at most, up to 10000.") var limit: UInt32 = 100

  func validate() throws {
    guard (1...10_000).contains(limit) else { throw ValidationError("--limit must be from 1 to 10000.") }
  }

  func run(in session: AdminSession) async throws -> Report {
    var request = Cordon_V1_ListCommandsRequest()
    request.most = limit
    let commands = try await session.client.listCommands(request, options: AdminCall.options).commands
    return CommandPage.list(commands, at: session.now)
  }
}
