import CordonCore
import CordonLearning

/// A file without the rows that nothing should be learned from, found by named rules (`RowCleaning`).
///
/// A row is a duplicate where its text was there before: two moments of a day are the same number of single precision.
/// Memory: the file's values twice, and its text.
struct LabCleaning {
  let columns: [String]
  let rows: Int
  let cleaning: RowCleaning

  /// - Parameters:
  ///   - possible: what columns can be, inclusive, by name.
  ///   - takesDuplicates: whether a row that was there before is taken out.
  ///   - path: of the CSV file that the table was read from.
  ///
  /// Code: `absent-column` for a range of a column that is not there or holds words.
  init(
    _ table: LabTable, possible: [String: ClosedRange<Float>], takesDuplicates: Bool, from path: String
  ) throws(CordonError) {
    columns = table.columns.map(\.name)
    rows = table.rows
    for name in possible.keys.sorted() {
      guard let column = table.column(name), case .numbers = column.values else {
        throw CordonError(
          .invalid, "absent-column", "\(table.source) has no column of numbers named \(name).",
          remedy: "It has \(columns.prefix(12).joined(separator: ", ")).")
      }
    }
    var values = [Float](repeating: .nan, count: table.rows * columns.count)
    for (index, column) in table.columns.enumerated() {
      switch column.values {
      case .numbers(let numbers):
        for (row, number) in numbers.enumerated() { values[row * columns.count + index] = number }
      case .words(let codes, _):
        for (row, code) in codes.enumerated() where code >= 0 { values[row * columns.count + index] = Float(code) }
      }
    }
    cleaning = RowCleaning(
      FeatureMatrix(columns: columns.count, values: values), possible: columns.map { possible[$0] },
      takesDuplicates: takesDuplicates, repeats: takesDuplicates ? try Self.repeats(in: path) : [])
  }

  /// Rows whose text was there before.
  private static func repeats(in path: String) throws(CordonError) -> Set<Int> {
    var reader = try CSVReader(path: path)
    var seen: Set<String> = []
    var repeats: Set<Int> = []
    var row = 0
    while try reader.next() {
      if !seen.insert(line(reader.header.indices.map { reader.string($0) })).inserted { repeats.insert(row) }
      row += 1
    }
    return repeats
  }

  /// Copies the kept rows of the CSV file that the table was read from, with its header.
  func write(from path: String, to output: OutputFile) throws(CordonError) {
    var reader = try CSVReader(path: path)
    try output.append(Self.line(reader.header))
    var row = 0
    var kept = cleaning.kept[...]
    while try reader.next() {
      if kept.first == row {
        kept.removeFirst()
        try output.append(Self.line(reader.header.indices.map { reader.string($0) }))
      }
      row += 1
    }
  }

  private static func line(_ fields: [String]) -> String { fields.map(quoted).joined(separator: ",") + "\n" }

  private static func quoted(_ field: String) -> String {
    guard field.utf8.contains(where: { $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: "\"") || $0 < 0x20 }) else {
      return field
    }
    return "\"" + field.replacing("\"", with: "\"\"") + "\""
  }
}
