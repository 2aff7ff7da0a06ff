import ArgumentParser
import CordonCore
import CordonWire

struct DetectionLabelCommand: ConnectedCommand {
  static let configuration = CommandConfiguration(
    commandName: "label", abstract: "Say what a detection was; learning reads it.",
    discussion: """
      Examples:
        cordon detection label 0197c3 benign --note "backup job, ticket 4711"
      """)

  enum Label: String, CaseIterable, ExpressibleByArgument { case benign, malicious, expected }

  @OptionGroup var common: CommonOptions
  @Argument(help: "The detection's id, or the start of it.") var id: String
  @Argument(help: "benign, malicious or expected.") var label: Label
  @Option(help: "Why; without patients' names.") var note = ""

  func run(in session: AdminSession) async throws -> Report {
    let found = try await session.detection(named: id)
    var request = Cordon_V1_LabelDetectionRequest()
    request.id = found.detection.id
    request.label = label.rawValue
    request.note = note
    _ = try await session.client.labelDetection(request, options: AdminCall.options)
    let whole = UniqueID(bytes: found.detection.id)?.description ?? id
    return Report(
      "Detection \(whole) is labelled \(label.rawValue).", ["id": .text(whole), "label": .text(label.rawValue)])
  }
}
