import ArgumentParser
import CordonCore
import CordonLearning

struct LabScoreCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "score", abstract: "Score a file's rows with a model from a file.",
    discussion: """
      Writes a CSV file with the columns row (from 1) and score, one line a row, in the rows' order; higher is stranger. \
      Columns that the model does not read may be there; one that it reads may not be absent.

      Examples:
        cordon lab score --model ward.model --input today.csv --out scores.csv
      """)

  @Option(help: ArgumentHelp("A file that `cordon lab fit` wrote.", valueName: "file"), completion: .file())
  var model: String
  @Option(help: ArgumentHelp("Rows to score: .csv, .csv.gz or .npz.", valueName: "file"), completion: .file())
  var input: String
  @Option(help: ArgumentHelp("Where the scores go.", valueName: "file"), completion: .file()) var out: String
  @OptionGroup var printing: PrintingOptions

  mutating func run() async throws {
    let environment = try AdminEnvironment.get()
    let bytes = try FileInput.read(model, most: ModelBundle.byteLimit, in: environment)
    let file = try LabModelFile(encoded: bytes)
    let scores = try file.scores(try LabTable(path: input))
    try await OutputFile.write(to: out) { output in
      try output.append("row,score\n")
      for start in stride(from: 0, to: scores.count, by: Self.piece) {
        let rows = start..<min(start + Self.piece, scores.count)
        try output.append(rows.map { "\($0 + 1),\(scores[$0])\n" }.joined())
      }
    }
    let report = Report(
      "Scored \(scores.count) rows of \(input) with \(file.bundle.model.name); the scores are in \(out).",
      ["rows": .integer(Int64(scores.count)), "model": .text(file.bundle.model.name), "out": .text(out)])
    report.print(as: printing.output, in: environment)
  }

  /// Rows that are written at once.
  private static let piece = 10_000
}
