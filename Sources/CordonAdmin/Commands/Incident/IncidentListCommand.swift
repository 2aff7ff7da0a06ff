import ArgumentParser
import CordonWire

struct IncidentListCommand: ConnectedCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List incidents that are not closed.",
    discussion: """
      Examples:
        cordon incident list
        cordon incident list --all --output json
      """)

  @OptionGroup var common: CommonOptions
  @Flag(help: "Closed ones too.") var all = false
  @Option(help: "How many at most, up to 10000.") var limit: UInt32 = 100

  func validate() throws {
    guard (1...10_000).contains(limit) else { throw ValidationError("--limit must be from 1 to 10000.") }
  }

  func run(in session: AdminSession) async throws -> Report {
    var request = Cordon_V1_ListIncidentsRequest()
    request.closedToo = all
    request.most = limit
    let incidents = try await session.client.listIncidents(request, options: AdminCall.options).incidents
    return IncidentPage.list(incidents, at: session.now)
  }
}
