import ArgumentParser
import CordonCore
import CordonWire

struct DetectionListCommand: ConnectedCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List detections, the newest or the rarest first.",
    discussion: """
      Examples:
        cordon detection list
        cordon detection list --since 7d --severity high
        cordon detection list --order rarest
      """)

  static let most: UInt32 = 10_000

  enum Level: String, CaseIterable, ExpressibleByArgument {
    case low, medium, high, critical

    var severity: Severity {
      switch self {
      case .low: .low
      case .medium: .medium
      case .high: .high
      case .critical: .critical
      }
    }
  }

  @OptionGroup var common: CommonOptions
  @Option(help: "How far back.") var since = DurationArgument(.seconds(7 * 86_400))
  @Option(help: "Only of this severity and above.") var severity: Level = .low
  @Option(help: "Of the newest, these first.") var order: ListOrder = .newest
  @Option(help: "How many at most, up to 10000.") var limit: UInt32 = 100

  func validate() throws {
    guard (1...Self.most).contains(limit) else { throw ValidationError("--limit must be from 1 to \(Self.most).") }
  }

  func run(in session: AdminSession) async throws -> Report {
    var request = Cordon_V1_ListDetectionsRequest()
    request.sinceMs = session.now.advanced(by: .zero - since.duration).milliseconds
    request.most = limit
    let detections = try await session.client.listDetections(request, options: AdminCall.options).detections
    let least = Int(severity.severity.rawValue)
    var listed = detections.filter { $0.detection.severity.rawValue >= least }
    if order == .rarest {
      listed.sort {
        RarityText.isRarer(
          ($0.hasP ? $0.p : nil, $0.detection.score), ($1.hasP ? $1.p : nil, $1.detection.score))
      }
    }
    return DetectionPage.list(listed)
  }
}
