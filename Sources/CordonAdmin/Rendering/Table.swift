/// Rows under headings, each column as wide as its widest cell.
package struct Table: Sendable {
  private let headings: [String]
  private var rows: [[String]] = []
  private let empty: String

  /// - Parameter empty: the line that stands for a table without rows.
  package init(_ headings: [String], empty: String) {
    self.headings = headings
    self.empty = empty
  }

  /// Adds a row; cells beyond the headings are left out, missing ones are blank.
  package mutating func add(_ cells: [String]) {
    var row = cells.prefix(headings.count).map(Self.plain)
    row += [String](repeating: "", count: headings.count - row.count)
    rows.append(row)
  }

  /// With a line end after each row.
  package var rendered: String {
    guard !rows.isEmpty else { return empty + "\n" }
    let all = [headings] + rows
    let widths = headings.indices.map { column in all.map { $0[column].count }.max() ?? 0 }
    return all.map { row in
      var line = ""
      for (column, cell) in row.enumerated() {
        line += cell
        guard column < row.count - 1 else { continue }
        line += String(repeating: " ", count: widths[column] - cell.count + 2)
      }
      while line.last == " " { line.removeLast() }
      return line + "\n"
    }.joined()
  }

  /// One line without control characters: cells hold what agents sent, and the reader is a terminal.
  package static func plain(_ text: String) -> String {
    String(
      String.UnicodeScalarView(
        text.unicodeScalars.map { $0.properties.generalCategory == .control ? " " : $0 }))
  }
}

/// Names beside values, for one thing in detail.
package struct FactSheet: Sendable {
  private var lines: [(name: String, value: String)] = []

  package init() {}

  /// Adds a line; one whose value is empty is left out.
  package mutating func add(_ name: String, _ value: String) {
    guard !value.isEmpty else { return }
    lines.append((name, Table.plain(value)))
  }

  /// With a line end after each line.
  package var rendered: String {
    let width = lines.map(\.name.count).max() ?? 0
    return lines.map { "\($0.name)\(String(repeating: " ", count: width - $0.name.count))  \($0.value)\n" }.joined()
  }
}
