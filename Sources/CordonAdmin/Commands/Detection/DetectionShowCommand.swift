import ArgumentParser

struct DetectionShowCommand: ConnectedCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Explain a detection: what was seen, by what rule, and what can be done.",
    discussion: """
      Names of people, files and addresses stay pseudonyms here; only agents can open them.

      Examples:
        cordon detection show 0197c3
      """)

  @OptionGroup var common: CommonOptions
  @Argument(help: "The detection's id, or the start of it.") var id: String

  func run(in session: AdminSession) async throws -> Report {
    DetectionPage.page(try await session.detection(named: id), at: session.now)
  }
}
