import ArgumentParser
import CordonCore
import CordonWire

struct DetectionLabelCommand: ConnectedCommand {
  static let configuration = CommandConfiguration(
    commandName: "label", abstract: "Say what a detection was; learning reads it.",
    discussion: """
      Examples:
        cordon detection label 0197c3 benign --note "backup job, ticket 4711"
        cordon detection label 0197c3 expected --scope group --until 2026-12-01 --note "go-live"
      """)

  enum Scope: String, CaseIterable, ExpressibleByArgument { case entity, group, site }

  enum Label: String, CaseIterable, ExpressibleByArgument { case benign, malicious, expected }

  @OptionGroup var common: CommonOptions
  @Argument(help: "The detection's id, or the start of it.") var id: String
  @Argument(help: "benign, malicious or expected.") var label: Label
  @Option(help: "Why; without patients' names.") var note = ""
  @Option(help: "With expected: whose behaviour is expected from now on: entity, group or site.") var scope: Scope?
  @Option(help: "With --scope: until when, as a date or a duration such as 30d; 90 days at most.")
  var until: EndArgument?

  func validate() throws {
    guard (scope == nil) == (until == nil) else { throw ValidationError("--scope and --until belong together.") }
    guard scope == nil || label == .expected else { throw ValidationError("--scope goes with expected alone.") }
  }

  func run(in session: AdminSession) async throws -> Report {
    let found = try await session.detection(named: id)
    var request = Cordon_V1_LabelDetectionRequest()
    request.id = found.detection.id
    request.label = label.rawValue
    request.note = note
    if let scope, let until {
      request.scope = scope.rawValue
      request.untilMs = until.moment(after: session.now).milliseconds
    }
    _ = try await session.client.labelDetection(request, options: AdminCall.options)
    let whole = UniqueID(bytes: found.detection.id)?.description ?? id
    return Report(
      "Detection \(whole) is labelled \(label.rawValue).", ["id": .text(whole), "label": .text(label.rawValue)])
  }
}
