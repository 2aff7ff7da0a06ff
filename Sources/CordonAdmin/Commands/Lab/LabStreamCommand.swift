import ArgumentParser
import CordonCore

struct LabStreamCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "stream", abstract: "Score a series row by row, looking at nothing that comes later.",
    discussion: """
      Writes a CSV file with the time column and score, one line a row: 0 where nothing is new, up to 1. An event is told \
      once: for a while after an alert a new one must be much stranger. The first hundred rows only teach.

      Examples:
        cordon lab stream --input cpu.csv --time timestamp --value value --out scores.csv
      """)

  @Option(help: ArgumentHelp("The series: .csv or .csv.gz.", valueName: "file"), completion: .file()) var input: String
  @Option(help: ArgumentHelp("The column of times.", valueName: "column")) var time: String
  @Option(
    parsing: .singleValue,
    help: ArgumentHelp("Columns of numbers, separated by commas (repeatable).", valueName: "column,…"))
  var value: [String]
  @Option(help: ArgumentHelp("Where the scores go.", valueName: "file"), completion: .file()) var out: String
  @OptionGroup var printing: PrintingOptions

  mutating func run() async throws {
    let environment = try AdminEnvironment.get()
    let columns = value.flatMap { $0.split(separator: ",").map { String($0.drop { $0 == " " }) } }
    let scoring = StreamScoring(file: input, time: time, values: columns)
    var summary = StreamScoring.Summary()
    try await OutputFile.write(to: out) { output in
      var reader = try CSVReader(path: input)
      var piece = "\(Self.quoted(time)),score\n"
      summary = try scoring.run(&reader) { (time, score) throws(CordonError) in
        piece += "\(Self.quoted(time)),\(score)\n"
        guard piece.utf8.count > Self.pieceBytes else { return }
        try output.append(piece)
        piece = ""
      }
      try output.append(piece)
    }
    let skipped = summary.skipped == 0 ? "" : " \(summary.skipped) values were missing or no numbers, and score 0."
    let report = Report(
      "Scored \(summary.rows) rows of \(input), \(summary.raised) above 0; the scores are in \(out).\(skipped)",
      [
        "rows": .integer(Int64(summary.rows)), "raised": .integer(Int64(summary.raised)),
        "skipped": .integer(Int64(summary.skipped)), "out": .text(out),
      ])
    report.print(as: printing.output, in: environment)
  }

  /// Bytes that are written at once.
  private static let pieceBytes = 1 << 16

  private static func quoted(_ text: String) -> String {
    guard text.contains(where: { $0 == "," || $0 == "\"" || $0.isNewline }) else { return text }
    return "\"" + text.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
  }
}
