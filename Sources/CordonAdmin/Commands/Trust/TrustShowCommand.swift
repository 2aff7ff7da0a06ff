import ArgumentParser
import CordonWire

struct TrustShowCommand: ConnectedCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Show the CA roots that are trusted, and how many agents are behind.",
    discussion: """
      Behind is an agent whose certificate is older than the collector's present authority: it renews by itself.

      Examples:
        cordon trust show
      """)

  @OptionGroup var common: CommonOptions

  func run(in session: AdminSession) async throws -> Report {
    let bundle = try await TrustInForce.of(session)
    let response = try await session.client.getTrust(.init(), options: AdminCall.options)
    return TrustPage.report(bundle, agentsBehind: response.agentsBehind, at: session.now)
  }
}
