import ArgumentParser

struct CommandShowCommand: ConnectedCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Show a command, and what the agent saw when it carried it out.",
    discussion: """
      Examples:
        cordon command show 0197c4
      """)

  @OptionGroup var common: CommonOptions
  @Argument(help: "The command's id, or the start of it.") var id: String

  func run(in session: AdminSession) async throws -> Report {
    CommandPage.page(try await session.command(named: id), at: session.now)
  }
}
