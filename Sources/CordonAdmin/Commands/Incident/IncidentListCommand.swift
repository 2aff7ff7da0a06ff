import ArgumentParser
import CordonWire

struct IncidentListCommand: ConnectedCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List incidents that are not closed.",
    discussion: """
      Examples:
        cordon incident list
        cordon incident list --all --output json
        cordon incident list --order rarest
      """)

  @OptionGroup var common: CommonOptions
  @Flag(help: "Closed ones too.") var all = false
  @Option(help: "Of those that changed last, these first.") var order: ListOrder = .newest
  @Option(help: "How many at most, up to 10000.") var limit: UInt32 = 100

  func validate() throws {
    guard (1...10_000).contains(limit) else { throw ValidationError("--limit must be from 1 to 10000.") }
  }

  func run(in session: AdminSession) async throws -> Report {
    var request = Cordon_V1_ListIncidentsRequest()
    request.closedToo = all
    request.most = limit
    var incidents = try await session.client.listIncidents(request, options: AdminCall.options).incidents
    if order == .rarest {
      incidents.sort {
        RarityText.isRarer(
          ($0.hasP ? $0.p : nil, Double($0.severity.rawValue)), ($1.hasP ? $1.p : nil, Double($1.severity.rawValue)))
      }
    }
    return IncidentPage.list(incidents, at: session.now)
  }
}
