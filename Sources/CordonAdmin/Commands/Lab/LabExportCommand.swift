import ArgumentParser
import CordonCore
import CordonLearning
import CordonONNX
import CordonWire

struct LabExportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export", abstract: "Write a model as ONNX, for any other runtime.",
    discussion: """
      The graph has the input x of [rows, columns] floats, in the order that is printed, and the output score of \
      [rows, 1]; higher is stranger. A missing value is NaN there as here.

      Examples:
        cordon lab export ward.model --out ward.onnx
      """)

  @Argument(
    help: ArgumentHelp("A file that `cordon lab fit` or `import` wrote.", valueName: "file"), completion: .file())
  var model: String
  @Option(help: ArgumentHelp("Where the ONNX file goes.", valueName: "file"), completion: .file()) var out: String
  @OptionGroup var printing: PrintingOptions

  mutating func run() async throws {
    let environment = try AdminEnvironment.get()
    let bundle = try bundle(FileInput.read(model, most: ModelBundle.byteLimit, in: environment))
    let bytes = try ONNXExporter.bytes(of: bundle.model)
    try await OutputFile.write(to: out) { try $0.append(bytes) }
    let names = bundle.features.map(\.name)
    let report = Report(
      "Wrote \(bundle.model.name) over the columns \(names.joined(separator: ", ")) to \(out) (\(bytes.count) bytes).",
      [
        "model": .text(bundle.model.name), "columns": .list(names.map { .text($0) }),
        "bytes": .integer(Int64(bytes.count)), "out": .text(out),
      ])
    report.print(as: printing.output, in: environment)
  }

  private func bundle(_ bytes: [UInt8]) throws(CordonError) -> ModelBundle {
    do {
      return try ModelBundle(encoded: bytes)
    } catch {
      throw CordonError(error.kind, error.code, "\(model): \(error.message)", remedy: error.remedy)
    }
  }
}
