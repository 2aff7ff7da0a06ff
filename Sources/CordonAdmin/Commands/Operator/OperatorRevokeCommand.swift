import ArgumentParser
import CordonWire

struct OperatorRevokeCommand: ConnectedCommand {
  static let configuration = CommandConfiguration(
    commandName: "revoke", abstract: "Put an operator out; their connections are closed at once.",
    discussion: """
      What their key signed stays obeyed until the roster changes: see cordon roster remove-key.

      Examples:
        cordon operator revoke bob --reason "left the hospital"
      """)

  @OptionGroup var common: CommonOptions
  @Argument(help: "The operator's name.") var name: String
  @Option(help: "Why; it is kept in the ledger.") var reason: String

  func validate() throws {
    guard !reason.isEmpty else { throw ValidationError("--reason must say why.") }
  }

  func run(in session: AdminSession) async throws -> Report {
    var request = Cordon_V1_RevokeOperatorRequest()
    request.name = name
    request.reason = reason
    _ = try await session.client.revokeOperator(request, options: AdminCall.options)
    return Report(
      "\(name) is revoked. To end what their key may sign: cordon roster remove-key \(name)", ["name": .text(name)])
  }
}
