import ArgumentParser

struct OperatorCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "operator", abstract: "Let people in: request, add, accept; list and revoke them.",
    subcommands: [
      OperatorRequestCommand.self, OperatorAddCommand.self, OperatorAcceptCommand.self, OperatorListCommand.self,
      OperatorRevokeCommand.self,
    ])
}
