import ArgumentParser
import CordonCore
import CordonLearning
import CordonPolicy

struct LabEntitiesCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "entities", abstract: "Judge entities' windows from a file of events, as agents and collector would.",
    discussion: """
      Events become windows of the mapping's features; each entity's baseline, shrunk to all entities', learns until the \
      training ends and judges from then on. Windows that look like an incident are judged and not learned. No label is \
      used but for measuring, beside the greatest z-score of the same windows.

      A mapping is YAML: entity and time (columns), and features, each with a name, and where (column: pattern), hours \
      (19-7), and one of distinct, new or sum (a column) as needed; without these it counts rows. An example is \
      deploy/lab/cert-r4.2.yaml.

      Labels are CSV: the entity's column, a time (or date), and a label that is 0 for good.

      Examples:
        cordon lab entities --events events.csv.gz --mapping cert-r4.2.yaml --window 1d \\
          --train-until 60d --labels labels.csv --output json
      """)

  @Option(help: ArgumentHelp("Events: .csv or .csv.gz, in any order.", valueName: "file"), completion: .file())
  var events: String
  @Option(
    help: ArgumentHelp("How events become features.", valueName: "file"),
    completion: .file(extensions: ["yaml", "yml"]))
  var mapping: String
  @Option(help: "Length of a window, 1m to 7d.") var window: DurationArgument
  @Option(
    help: ArgumentHelp(
      "When training ends: a date, or how long after each entity's first day (60d).", valueName: "date or duration"))
  var trainUntil: String
  @Option(help: ArgumentHelp("Which windows are bad.", valueName: "file"), completion: .file()) var labels: String
  @Option(help: "What is learned after the training: quiet (what looks like no incident), always, training (nothing).")
  var learn: EntityReplay.Learning = .quiet
  @OptionGroup var printing: PrintingOptions

  mutating func run() async throws {
    let environment = try AdminEnvironment.get()
    let bytes = try FileInput.read(mapping, most: EventMappingReader.mostBytes, in: environment)
    let run = EntityLab(
      events: events, labels: labels, mapping: try EventMappingReader.read(bytes, file: mapping),
      window: window.duration, trainingEnd: try Self.trainingEnd(trainUntil), learning: learn)
    try run.report().report.print(as: printing.output, in: environment)
  }

  private static func trainingEnd(_ text: String) throws(CordonError) -> EntityReplay.TrainingEnd {
    if let duration = DurationText.parse(text), duration > .zero { return .after(duration) }
    if let moment = LabTime.moment(text) { return .at(moment) }
    throw CordonError(
      .invalid, "malformed-time", "--train-until: `\(text)` is neither a date nor a duration.",
      remedy: "Write 2010-03-05, or 60d.")
  }
}

extension EntityReplay.Learning: ExpressibleByArgument {}
