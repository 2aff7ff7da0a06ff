import ArgumentParser
import CordonWire

struct UnsealListCommand: ConnectedCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List who asked for which names, and why; the newest first.",
    discussion: """
      Examples:
        cordon unseal list
        cordon unseal list --output json
      """)

  @OptionGroup var common: CommonOptions
  @Option(help: "How many at most.") var limit: UInt32 = 100

  func run(in session: AdminSession) async throws -> Report {
    var request = Cordon_V1_ListUnsealsRequest()
    request.most = limit
    return UnsealPage.list(try await session.client.listUnseals(request, options: AdminCall.options).unseals)
  }
}
