import ArgumentParser
import CordonCore
import CordonPolicy
import CordonTelemetry

struct PolicyTestMappingCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "test-mapping", abstract: "Show what the lines of a log become under a mapping, as an agent would.",
    discussion: """
      MAPPING is a policy with `mappings`, or a file that holds one mapping. SAMPLE is a piece of the log as it is
      written. Every line is shown with what it becomes, or with the field and column at fault. Needs no collector and no
      home; nothing leaves this machine. Exit code 65 where a line is damaged.

      Keys of a mapping: name, time, user (fields), realm, machine, address, activity, outcome, patient, authority,
      object, port, paths, format (json, csv, csv-semicolon, csv-tab), activities (what a word means), failures (words of
      the outcome). A field is named by its path: `who.login` is `login` within `who`.

      Registers explain accesses to records: the activities care, membership, employee and patient, with the fields until,
      group, family_name, given_name, birth_date, street and postal_code. A whole table of one kind: `care: ["*"]`.

      Examples:
        cordon policy test-mapping pacs.yaml sample.jsonl
        cordon policy test-mapping gateways.yaml doors.csv --name doors --output json
      """)

  @OptionGroup var printing: PrintingOptions
  @Option(help: "Which of the policy's mappings; not needed where there is one.") var name: String?
  @Argument(help: "A policy or a mapping.", completion: .file(extensions: ["yaml", "yml"])) var mapping: String
  @Argument(help: "Lines of the log; - reads standard input.", completion: .file()) var sample: String

  mutating func run() async throws {
    let environment = try AdminEnvironment.get()
    let mapping = try RecordMappingReader.read(
      try FileInput.read(mapping, most: RecordMappingReader.mostBytes, in: environment), file: mapping, name: name)
    let trial = MappingTrial(
      mapping, sample: try FileInput.read(sample, most: MappingTrial.mostBytes, in: environment))
    trial.report.print(as: printing.output, in: environment)
    if trial.damaged > 0 { throw ExitCode(65) }
  }
}
