import ArgumentParser
import CordonWire

struct TokenRevokeCommand: ConnectedCommand {
  static let configuration = CommandConfiguration(
    commandName: "revoke", abstract: "Revoke a token; machines that enrolled with it stay.",
    discussion: """
      Examples:
        cordon token revoke 3f9a1c
      """)

  @OptionGroup var common: CommonOptions
  @Argument(help: "The token's id, as `cordon token list` shows it.") var id: String

  func run(in session: AdminSession) async throws -> Report {
    var request = Cordon_V1_RevokeTokenRequest()
    request.id = id
    _ = try await session.client.revokeToken(request, options: AdminCall.options)
    return Report("Token \(id) is revoked.", ["id": .text(id)])
  }
}
