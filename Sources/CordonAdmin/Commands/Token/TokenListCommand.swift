import ArgumentParser
import CordonCore
import CordonWire

struct TokenListCommand: ConnectedCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List tokens; their secrets are never shown.",
    discussion: """
      Examples:
        cordon token list
      """)

  @OptionGroup var common: CommonOptions

  func run(in session: AdminSession) async throws -> Report {
    let tokens = try await session.client.listTokens(.init(), options: AdminCall.options).tokens
    return TokenTable.report(tokens, at: session.now)
  }
}
