import ArgumentParser
import CordonCore
import CordonPolicy

struct PolicySigmaMatchCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "match", abstract: "Say which events of a CSV file which Sigma rules match, as an agent would.",
    discussion: """
      The file's first line names fields as rules do (Image, CommandLine, …); a column that no field has is passed over, and
      an empty value counts as there. Needs no collector and no home. Rules that do not work are left out;
      `cordon policy sigma check` says why.

      Examples:
        cordon policy sigma match my-rules --events starts.csv
        cordon policy sigma match rule.yml --events connections.csv --source network_connection --output json
      """)

  @OptionGroup var printing: PrintingOptions
  @Option(help: "CSV file of events.", completion: .file(extensions: ["csv", "gz"])) var events: String
  @Option(help: "What the events are: process_creation, file_event, network_connection or auditd.")
  var source = "process_creation"
  @Argument(help: "Folders and files of rules.", completion: .directory) var paths: [String]

  mutating func run() async throws {
    let environment = try AdminEnvironment.get()
    let known = SigmaSource.allCases.first { $0.logSource.hasSuffix(": \(source)") }
    guard let known else {
      throw CordonError(
        .invalid, "source", "There is no source \(source).",
        remedy: "Name process_creation, file_event, network_connection or auditd.")
    }
    var trial = try SigmaTrial(paths, of: known, in: environment)
    try trial.run(events: events)
    trial.report.print(as: printing.output, in: environment)
  }
}
