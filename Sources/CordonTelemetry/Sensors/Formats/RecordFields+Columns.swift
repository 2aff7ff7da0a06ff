/// How a table's lines are cut into fields.
package struct ColumnLayout: Hashable, Sendable {
  /// How a value of a line is written.
  package enum Style: Hashable, Sendable {
    /// Zeek's: nothing is quoted, `\x` escapes stand for bytes; a value that is `unset` is none, one that is `empty` is
    /// an empty text.
    case zeek(unset: [UInt8], empty: [UInt8])
    /// RFC 4180: a field may be quoted, and quotes within are doubled; an empty field is none.
    case csv
  }

  /// Columns of one table.
  package static let mostColumns = 512

  package var separator: UInt8
  package var style: Style
  /// The field that each column is, or -1.
  var fields: [Int16]

  /// - Parameter columns: their names, in order; nil where there are too many.
  package init?(separator: UInt8, style: Style, columns: [[UInt8]], of tree: FieldTree) {
    guard !columns.isEmpty, columns.count <= Self.mostColumns else { return nil }
    self.separator = separator
    self.style = style
    fields = columns.map { tree.find(0..<$0.count, of: $0.span.bytes, in: 0).field }
  }
}

extension RecordFields {
  /// Reads a record's line as a table has it; false, and no field, where it has other columns than the table.
  ///
  /// - Parameter start: where the line begins within the record; it ends with the record.
  package mutating func readColumns(_ record: [UInt8], from start: Int, by layout: ColumnLayout) -> Bool {
    begin(record)
    guard record.count <= Self.mostBytes, start < record.count else { return false }
    let bytes = record.span.bytes
    var (position, column) = (start, 0)
    var isWhole = true
    while isWhole, column < layout.fields.count {
      isWhole = readColumn(bytes, &position, layout.fields[column], layout)
      column += 1
      guard position < bytes.byteCount else { break }
      position += 1
      // A separator at the very end begins one more column, an empty one.
      if position == bytes.byteCount { column += 1 }
    }
    guard isWhole, column == layout.fields.count, position == bytes.byteCount else {
      begin([])
      return false
    }
    return true
  }

  /// Reads one column and stops at the separator behind it, or at the end.
  private mutating func readColumn(
    _ bytes: RawSpan, _ position: inout Int, _ field: Int16, _ layout: ColumnLayout
  ) -> Bool {
    switch layout.style {
    case .csv:
      guard JSONScan.byte(bytes, position) == 0x22 else { break }
      return readQuoted(bytes, &position, field, layout.separator)
    case .zeek: break
    }
    let start = position
    var isEscaped = false
    while position < bytes.byteCount {
      let byte = bytes.unsafeLoad(fromByteOffset: position, as: UInt8.self)
      if byte == layout.separator { break }
      if byte == 0x5C { isEscaped = true }
      position += 1
    }
    guard field >= 0, position > start else { return true }
    switch layout.style {
    case .csv: set(field, start..<position, .plain)
    case .zeek(let unset, let empty):
      if Self.isEqual(bytes, start..<position, unset) { break }
      let isEmpty = Self.isEqual(bytes, start..<position, empty)
      set(field, start..<(isEmpty ? start : position), isEscaped ? .hexadecimal : .plain)
    }
    return true
  }

  private mutating func readQuoted(
    _ bytes: RawSpan, _ position: inout Int, _ field: Int16, _ separator: UInt8
  ) -> Bool {
    position += 1
    let start = position
    var isDoubled = false
    while position < bytes.byteCount {
      guard JSONScan.byte(bytes, position) == 0x22 else {
        position += 1
        continue
      }
      guard position + 1 < bytes.byteCount, JSONScan.byte(bytes, position + 1) == 0x22 else { break }
      isDoubled = true
      position += 2
    }
    guard position < bytes.byteCount else { return false }
    if field >= 0 { set(field, start..<position, isDoubled ? .doubled : .plain) }
    position += 1
    return position == bytes.byteCount || JSONScan.byte(bytes, position) == separator
  }

  private static func isEqual(_ bytes: RawSpan, _ range: Range<Int>, _ wanted: [UInt8]) -> Bool {
    guard range.count == wanted.count else { return false }
    return range.allSatisfy { JSONScan.byte(bytes, $0) == wanted[$0 - range.lowerBound] }
  }
}
