import ArgumentParser

struct CommandCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "command", abstract: "Order containment, approve it, watch it, and undo it.",
    subcommands: [
      CommandProposeCommand.self, CommandPreviewCommand.self, CommandApproveCommand.self, CommandListCommand.self,
      CommandShowCommand.self, CommandRenewCommand.self, CommandReleaseCommand.self,
    ])
}
