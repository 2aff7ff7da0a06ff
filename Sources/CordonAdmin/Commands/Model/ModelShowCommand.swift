import ArgumentParser
import CordonWire

struct ModelShowCommand: ConnectedCommand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Show where a model comes from, what it promises, who runs it, and what has drifted since.",
    discussion: """
      Examples:
        cordon model show 0197c3
      """)

  @OptionGroup var common: CommonOptions
  @Argument(help: "The model's id, or the start of it.") var id: String

  func run(in session: AdminSession) async throws -> Report {
    ModelPage.page(try await session.model(named: id), at: session.now)
  }
}

extension AdminSession {
  /// The one model whose id starts with a text.
  func model(named name: String) async throws -> Cordon_V1_GetModelResponse {
    let models = try await client.listModels(.init(), options: AdminCall.options).models
    var request = Cordon_V1_GetModelRequest()
    request.id = try Self.one(models.map(\.id), startingWith: name, "model")
    return try await client.getModel(request, options: AdminCall.options)
  }
}
