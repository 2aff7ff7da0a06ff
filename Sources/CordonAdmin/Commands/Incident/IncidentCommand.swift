import ArgumentParser

struct IncidentCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "incident", abstract: "List incidents, and read one's timeline.",
    subcommands: [IncidentListCommand.self, IncidentShowCommand.self])
}
