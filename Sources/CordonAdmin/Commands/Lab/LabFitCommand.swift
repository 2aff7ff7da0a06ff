import ArgumentParser
import CordonCore

struct LabFitCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fit", abstract: "Train a model on a file and write it to another.",
    discussion: """
      The model file is the bundle that agents get, over columns of a file; `cordon lab score` reads it. --label names the \
      column of labels, which is never a feature; it is needed unless the supervision is none.

      Examples:
        cordon lab fit --train normal.csv --out ward.model
        cordon lab fit --train labelled.csv --label label --supervision full --out ward.model
      """)

  @OptionGroup var options: LabTrainingOptions
  @Option(help: ArgumentHelp("The column of labels.", valueName: "column")) var label: String?
  @Option(help: "auto, or a model's name.") var model: LabModelName = .automatic
  @Option(help: ArgumentHelp("Where the model goes.", valueName: "file"), completion: .file()) var out: String
  @OptionGroup var printing: PrintingOptions

  mutating func validate() throws {
    guard label != nil || options.supervision == .none else {
      throw ValidationError("--supervision \(options.supervision.rawValue) needs --label.")
    }
  }

  mutating func run() async throws {
    let environment = try AdminEnvironment.get()
    let training = try LabTraining(try options.request(label: label ?? "", model: model))
    var randomness = SystemRandomNumberGenerator()
    let now = environment.clock.now
    let file = try LabModelFile(training, identity: UniqueID(at: now, randomness: &randomness), created: now)
    let bytes = try file.encoded()
    try await OutputFile.write(to: out) { try $0.append(bytes) }
    LabPage.training(training, bytes: bytes.count, out: out).print(as: printing.output, in: environment)
  }
}
