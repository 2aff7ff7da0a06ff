import ArgumentParser
import CordonWire

struct ModelListCommand: ConnectedCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List models, the newest first.",
    discussion: """
      Examples:
        cordon model list
        cordon model list --schema host@host
      """)

  @OptionGroup var common: CommonOptions
  @Option(help: "Only of this schema, such as host@host.") var schema = ""

  func run(in session: AdminSession) async throws -> Report {
    var request = Cordon_V1_ListModelsRequest()
    request.schema = schema
    return ModelPage.list(try await session.client.listModels(request, options: AdminCall.options).models)
  }
}
