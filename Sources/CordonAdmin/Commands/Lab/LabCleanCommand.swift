import ArgumentParser
import CordonCore
import CordonLearning

struct LabCleanCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "clean", abstract: "Copy a file without rows that nothing should be learned from.",
    discussion: """
      A row is taken out by the first rule that it breaks: gap (more than half of its values are missing), \
      impossible-value (infinite, or outside what --possible says of its column), duplicate (the very same values were \
      there before). What was taken out is counted by rule, and the first rows are named.

      Examples:
        cordon lab clean --input week.csv --out clean.csv
        cordon lab clean --input week.csv --out clean.csv --possible bytes=0..1e9 --keep-duplicates
      """)

  @Option(help: ArgumentHelp("Rows to clean: .csv or .csv.gz.", valueName: "file"), completion: .file())
  var input: String
  @Option(help: ArgumentHelp("Where the kept rows go.", valueName: "file"), completion: .file()) var out: String
  @Option(
    parsing: .singleValue,
    help: ArgumentHelp("What a column can be, inclusive (repeatable).", valueName: "column=low..high"))
  var possible: [PossibleRange] = []
  @Flag(help: "Keep rows that were there before, as with counts in short windows.") var keepDuplicates = false
  @OptionGroup var printing: PrintingOptions

  /// Rows that the text names, and the JSON output.
  private static let mostNamed = (text: 10, json: 1_000)

  func validate() throws {
    guard !input.hasSuffix(".npz") else { throw ValidationError("--input must be a CSV file, plain or gzip.") }
  }

  mutating func run() async throws {
    let environment = try AdminEnvironment.get()
    let ranges = Dictionary(possible.map { ($0.column, $0.range) }, uniquingKeysWith: { _, last in last })
    let cleaned = try LabCleaning(
      try LabTable(path: input), possible: ranges, takesDuplicates: !keepDuplicates, from: input)
    try await OutputFile.write(to: out) { output in try cleaned.write(from: input, to: output) }
    Self.report(cleaned, input: input, out: out).print(as: printing.output, in: environment)
  }

  private static func report(_ cleaned: LabCleaning, input: String, out: String) -> Report {
    let findings = cleaned.cleaning.findings
    let counts = RowCleaning.Rule.allCases.map { ($0.rawValue, cleaned.cleaning.count($0)) }
    var text = "\(cleaned.cleaning.kept.count) of \(cleaned.rows) rows of \(input) are in \(out).\n"
    for (rule, count) in counts { text += "  \(rule): \(count)\n" }
    for finding in findings.prefix(mostNamed.text) {
      let column = finding.feature.map { " in \(Table.plain(cleaned.columns[$0]))" } ?? ""
      text += "row \(finding.row + 1): \(finding.rule.rawValue)\(column)\n"
    }
    if findings.count > mostNamed.text { text += "and \(findings.count - mostNamed.text) more\n" }
    return Report(
      text: text,
      json: .fields([
        "rows": .integer(Int64(cleaned.rows)), "kept": .integer(Int64(cleaned.cleaning.kept.count)),
        "taken_out": .object(counts.map { JSONValue.Field(name: $0.0, value: .integer(Int64($0.1))) }),
        "findings": .list(
          findings.prefix(mostNamed.json).map { finding in
            .fields([
              "row": .integer(Int64(finding.row + 1)), "rule": .text(finding.rule.rawValue),
              "column": finding.feature.map { .text(cleaned.columns[$0]) } ?? .null,
            ])
          }), "out": .text(out),
      ]))
  }
}

/// `bytes=0..1e9`: a column, and what it can be.
struct PossibleRange: ExpressibleByArgument, Sendable {
  let column: String
  let range: ClosedRange<Float>

  init?(argument: String) {
    guard let sign = argument.lastIndex(of: "="), sign > argument.startIndex else { return nil }
    let bounds = argument[argument.index(after: sign)...].split(separator: "..", omittingEmptySubsequences: false)
    guard bounds.count == 2, let low = Float(bounds[0]), let high = Float(bounds[1]), low.isFinite, high.isFinite,
      low <= high
    else { return nil }
    column = String(argument[..<sign])
    range = low...high
  }
}
