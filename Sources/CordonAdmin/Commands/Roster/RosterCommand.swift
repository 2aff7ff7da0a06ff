import ArgumentParser

struct RosterCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "roster", abstract: "Show and change who may sign what.",
    discussion: "A new roster takes effect when a threshold of the present one's root keys signed it.",
    subcommands: [
      RosterShowCommand.self, RosterAddKeyCommand.self, RosterRemoveKeyCommand.self, RosterRenewCommand.self,
      RosterSignCommand.self,
    ])
}
