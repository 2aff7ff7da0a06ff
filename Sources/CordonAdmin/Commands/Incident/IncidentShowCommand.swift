import ArgumentParser

struct IncidentShowCommand: ConnectedCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Show an incident: its detections, what was done, and the timeline.",
    discussion: """
      Examples:
        cordon incident show 0197c3
      """)

  @OptionGroup var common: CommonOptions
  @Argument(help: "The incident's id, or the start of it.") var id: String

  func run(in session: AdminSession) async throws -> Report {
    IncidentPage.page(try await session.incident(named: id), at: session.now)
  }
}
