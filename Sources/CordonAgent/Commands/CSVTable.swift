import CordonCore

/// A file of comma-separated values (RFC 4180) whose first row names the columns.
///
/// Quotes may enclose commas, line ends and doubled quotes. Every mistake is found, with its line and column, up to
/// `mostProblems`.
struct CSVTable: Sendable {
  /// A value and where it begins; lines and columns count from 1, columns in bytes.
  struct Cell: Hashable, Sendable {
    var text: String
    var line: Int
    var column: Int
  }

  struct Problem: Hashable, Sendable, CustomStringConvertible {
    var line: Int
    var column: Int
    var message: String

    var description: String { "\(line):\(column): \(message)" }
  }

  static let mostBytes = 16 << 20
  static let mostProblems = 50

  let header: [Cell]
  let rows: [[Cell]]
  private(set) var problems: [Problem] = []

  /// Takes every row in; rows of another length than the first are problems and left out, empty lines are passed over.
  init(_ bytes: [UInt8]) {
    var scan = Scan(bytes: bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(bytes.dropFirst(3)) : bytes)
    var all: [[Cell]] = []
    while let row = scan.row() {
      if row.count > 1 || !row[0].text.isEmpty { all.append(row) }
    }
    header = all.first ?? []
    var kept: [[Cell]] = []
    for row in all.dropFirst() {
      if row.count == header.count {
        kept.append(row)
      } else {
        scan.problems.append(
          Problem(line: row[0].line, column: 1, message: "\(row.count) values; the first row names \(header.count)"))
      }
    }
    rows = kept
    problems = scan.problems
  }

  /// The place of a column; nil where the first row does not name it.
  func column(_ name: String) -> Int? { header.firstIndex { $0.text.lowercased() == name } }

  /// A value as it stands in a file: quoted where it must be.
  static func quoted(_ text: String) -> String {
    guard text.utf8.contains(where: { [0x22, 0x2C, 0x0A, 0x0D].contains($0) }) else { return text }
    return "\"" + text.replacing("\"", with: "\"\"") + "\""
  }

  private struct Scan {
    let bytes: [UInt8]
    var problems: [Problem] = []
    private var place = 0
    private var line = 1
    private var lineStart = 0

    init(bytes: [UInt8]) { self.bytes = bytes }

    private var column: Int { place - lineStart + 1 }

    /// The next row; nil at the end.
    mutating func row() -> [Cell]? {
      guard place < bytes.count else { return nil }
      var cells = [cell()]
      while place < bytes.count, bytes[place] == UInt8(ascii: ",") {
        place += 1
        cells.append(cell())
      }
      endLine()
      return cells
    }

    private mutating func cell() -> Cell {
      let start = (line, column)
      guard place < bytes.count, bytes[place] == UInt8(ascii: "\"") else {
        let from = place
        while place < bytes.count, !Self.ends.contains(bytes[place]) { place += 1 }
        return text(bytes[from..<place], at: start)
      }
      place += 1
      var content: [UInt8] = []
      while place < bytes.count {
        let byte = bytes[place]
        place += 1
        if byte == UInt8(ascii: "\"") {
          guard place < bytes.count, bytes[place] == UInt8(ascii: "\"") else {
            return closed(content, at: start)
          }
          place += 1
        } else if byte == UInt8(ascii: "\n") {
          line += 1
          lineStart = place
        }
        content.append(byte)
      }
      problems.append(Problem(line: start.0, column: start.1, message: "the quote is never closed"))
      return text(content[...], at: start)
    }

    private mutating func closed(_ content: [UInt8], at start: (Int, Int)) -> Cell {
      if place < bytes.count, !Self.ends.contains(bytes[place]) {
        problems.append(Problem(line: line, column: column, message: "text follows a closing quote"))
        while place < bytes.count, !Self.ends.contains(bytes[place]) { place += 1 }
      }
      return text(content[...], at: start)
    }

    private mutating func text(_ bytes: ArraySlice<UInt8>, at start: (Int, Int)) -> Cell {
      guard let text = String(validating: bytes, as: UTF8.self) else {
        problems.append(Problem(line: start.0, column: start.1, message: "not UTF-8"))
        return Cell(text: "", line: start.0, column: start.1)
      }
      return Cell(text: text, line: start.0, column: start.1)
    }

    private mutating func endLine() {
      if place < bytes.count, bytes[place] == UInt8(ascii: "\r") { place += 1 }
      if place < bytes.count, bytes[place] == UInt8(ascii: "\n") { place += 1 }
      line += 1
      lineStart = place
    }

    private static let ends: Set<UInt8> = [UInt8(ascii: ","), UInt8(ascii: "\n"), UInt8(ascii: "\r")]
  }
}
