import ArgumentParser
import CordonCore
import CordonWire

struct StatusCommand: ConnectedCommand {
  static let configuration = CommandConfiguration(
    commandName: "status", abstract: "Show how the site is doing, in a page.",
    discussion: """
      Examples:
        cordon status
        cordon status --output json
      """)

  @OptionGroup var common: CommonOptions

  func run(in session: AdminSession) async throws -> Report {
    let status = try await session.client.getStatus(.init(), options: AdminCall.options)
    return StatusPage.report(status, at: session.now)
  }
}
