import ArgumentParser
import CordonCore
import CordonLearning
import CordonONNX
import CordonWire

struct LabImportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import", abstract: "Turn an ONNX file into a model that agents can score with.",
    discussion: """
      Takes scalers, fully connected networks (Gemm, MatMul, Add, BatchNormalization, Relu, Sigmoid, Tanh), autoencoders \
      with or without their error in the graph, TreeEnsembleRegressor and -Classifier of two classes, linear models, and \
      scikit-learn's isolation forest. Any other operator is refused by name. The compiled model is compared with the \
      file on 1,000 rows; it is written only where both agree to 1e-5.

      Examples:
        cordon lab import forest.onnx --out forest.model
        cordon lab import net.onnx --columns logons,bytes --output-name score \\
          --out net.model
      """)

  @Argument(help: ArgumentHelp("The ONNX file.", valueName: "file"), completion: .file(extensions: ["onnx"]))
  var file: String
  @Option(help: ArgumentHelp("Where the model goes.", valueName: "file"), completion: .file()) var out: String
  @Option(
    help: ArgumentHelp("Names of the model's columns, in order (default: x0,x1,…).", valueName: "name,…"))
  var columns: String?
  @Option(help: ArgumentHelp("The graph's output that is the score, where several could be.", valueName: "name"))
  var outputName: String?
  @Option(help: "What the rows of the comparison are drawn from.") var seed: UInt64 = 1
  @OptionGroup var printing: PrintingOptions

  mutating func run() async throws {
    let environment = try AdminEnvironment.get()
    let bytes = try FileInput.read(file, most: ONNXLimits.fileBytes, in: environment)
    let imported = try imported(bytes, at: environment.clock.now)
    let encoded = try imported.bundle.encoded()
    try await OutputFile.write(to: out) { try $0.append(encoded) }
    report(imported, bytes: encoded.count).print(as: printing.output, in: environment)
  }

  private func imported(_ bytes: [UInt8], at now: Timestamp) throws(CordonError) -> LabImport {
    var randomness = SystemRandomNumberGenerator()
    let identity = UniqueID(at: now, randomness: &randomness)
    let names = columns.map { $0.split(separator: ",", omittingEmptySubsequences: false).map { String($0) } }
    do {
      return try LabImport(
        bytes, output: outputName, columns: names, seed: seed, identity: identity, created: now)
    } catch {
      throw CordonError(error.kind, error.code, "\(file): \(error.message)", remedy: error.remedy)
    }
  }

  private func report(_ result: LabImport, bytes: Int) -> Report {
    let model = result.bundle.model
    let own = result.imported
    var text = """
      \(file) is a model of kind \(model.name) over \(model.columns) columns; its score is the output \(own.output).
      On \(result.comparison.rows) rows it differs from the file by at most \(result.comparison.worst).
      The model is in \(out) (\(bytes) bytes).

      """
    if own.factor != 1 || own.offset != 0 {
      text += "Higher is stranger here: the file's own number is \(own.factor) times the score plus \(own.offset).\n"
    }
    return Report(
      text: text,
      json: .fields([
        "file": .text(file), "model": .text(model.name), "columns": .integer(Int64(model.columns)),
        "output": .text(own.output), "factor": .number(own.factor), "offset": .number(own.offset),
        "rows": .integer(Int64(result.comparison.rows)), "largest_difference": .number(result.comparison.worst),
        "bytes": .integer(Int64(bytes)), "out": .text(out),
      ]))
  }
}
