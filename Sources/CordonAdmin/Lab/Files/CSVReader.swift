package import CordonCore
import Glibc

/// Reads comma-separated values, one record at a time, plain or gzip.
///
/// RFC 4180: quotes may hold commas, line ends and doubled quotes; lines end with LF or CRLF; a byte order mark and blank
/// lines are skipped. The first record names the columns. Every error names file, line and column (byte of the line,
/// from 1). Memory: one record of at most `recordLimit` bytes, and one piece of the file.
package struct CSVReader: ~Copyable {
  /// Longest record, in bytes.
  package static let recordLimit = 1 << 24
  package static let columnLimit = 16_384

  /// Names of the columns, without blanks around them; an unnamed one is `column N`.
  package private(set) var header: [String] = []
  /// Line on which the current record begins, from 1.
  package private(set) var line = 0

  private var source: ByteSource
  private var buffer: [UInt8] = []
  private var position = 0
  private var isAtEnd = false
  private var nextLine = 1
  /// The current record's fields without their quotes, each with a zero byte after it.
  private var text: [UInt8] = []
  /// Where each field starts in `text`, and where the next would.
  private var starts: [Int] = []
  /// Whether the current field has blanks alone so far: a quote opens it then, and is a character like others later.
  private var isAtFieldStart = true

  package init(path: String) throws(CordonError) { try self.init(ByteSource(path: path)) }

  /// Reads bytes that are there already.
  package init(bytes: [UInt8], name: String) throws(CordonError) { try self.init(ByteSource(bytes: bytes, name: name)) }

  private init(_ source: consuming ByteSource) throws(CordonError) {
    self.source = source
    guard try readRecord() else {
      throw CordonError(
        .invalid, "no-header", "\(self.source.name) is empty: there is no line that names its columns.",
        remedy: "Give a CSV file whose first line names the columns.")
    }
    var names: [String] = []
    for field in 0..<starts.count - 1 {
      let name = string(field)
      names.append(name.isEmpty ? "column \(field + 1)" : name)
    }
    var seen: Set<String> = []
    for name in names where !seen.insert(name).inserted {
      throw CordonError(
        .invalid, "repeated-column", "\(self.source.name):\(line):1: the column \(name) is named twice.",
        remedy: "Give every column a name of its own.")
    }
    header = names
  }

  /// Goes to the next record; false after the last.
  package mutating func next() throws(CordonError) -> Bool {
    guard try readRecord() else { return false }
    let found = starts.count - 1
    guard found == header.count else {
      throw failure(
        line, 1 + (found < header.count ? text.count : starts[header.count]),
        "this row has \(found) \(found == 1 ? "value" : "values"), and the header names \(header.count) columns",
        code: "ragged-row", remedy: "Quote values that hold commas or line ends, and give every row each column.")
    }
    return true
  }

  /// A field of the current record, without blanks around it.
  package func string(_ field: Int) -> String { String(decoding: trimmed(field), as: UTF8.self) }

  /// The field as a number; nil for what is none. `nan` in any spelling counts as missing, not as a number.
  package func number(_ field: Int) -> Double? {
    let bytes = trimmed(field)
    guard let first = bytes.first else { return nil }
    // strtod also takes hexadecimal digits and names; data files mean text by those.
    guard bytes.allSatisfy({ Self.numberBytes[Int($0)] }) || Self.isInfinity(bytes) else { return nil }
    guard first != UInt8(ascii: "e"), first != UInt8(ascii: "E") else { return nil }
    return text.withUnsafeBufferPointer { all -> Double? in
      guard let base = all.baseAddress else { return nil }
      return base.advanced(by: bytes.startIndex).withMemoryRebound(to: CChar.self, capacity: bytes.count + 1) { start in
        var end: UnsafeMutablePointer<CChar>?
        let value = strtod(start, &end)
        guard let end, start.distance(to: UnsafePointer(end)) == bytes.count, !value.isNaN else { return nil }
        return value
      }
    }
  }

  /// Whether the field says that there is no value: empty, `NA`, `N/A`, `NaN`, `null`, `None`, `?`, `-`.
  package func isMissing(_ field: Int) -> Bool {
    let bytes = trimmed(field)
    guard !bytes.isEmpty else { return true }
    guard bytes.count <= 4 else { return false }
    return Self.missingWords.contains(String(decoding: bytes, as: UTF8.self).lowercased())
  }

  /// Where a field of the current record stands: its record's line, and the byte in the record, from 1.
  package func place(of field: Int) -> (line: Int, column: Int) { (line, 1 + starts[field]) }

  /// An error at a field of the current record.
  package func failure(
    field: Int, _ what: String, code: String, remedy: String
  ) -> CordonError {
    failure(line, 1 + starts[field], "column \(header[field]): \(what)", code: code, remedy: remedy)
  }

  private static let missingWords: Set<String> = ["na", "n/a", "nan", "null", "none", "?", "-"]

  private static let numberBytes: [Bool] = (0..<256).map { "0123456789+-.eE".utf8.contains(UInt8($0)) }

  private static func isInfinity(_ bytes: ArraySlice<UInt8>) -> Bool {
    let unsigned = bytes.first == UInt8(ascii: "-") || bytes.first == UInt8(ascii: "+") ? bytes.dropFirst() : bytes
    return ["inf", "infinity"].contains(String(decoding: unsigned, as: UTF8.self).lowercased())
  }

  private func trimmed(_ field: Int) -> ArraySlice<UInt8> {
    var low = starts[field]
    var high = starts[field + 1] - 1
    while low < high, text[low] == Self.blank || text[low] == Self.tab { low += 1 }
    while low < high, text[high - 1] == Self.blank || text[high - 1] == Self.tab { high -= 1 }
    return text[low..<high]
  }

  private func failure(_ line: Int, _ column: Int, _ what: String, code: String, remedy: String) -> CordonError {
    CordonError(.invalid, code, "\(source.name):\(line):\(column): \(what).", remedy: remedy)
  }

  private static let blank = UInt8(ascii: " ")
  private static let tab = UInt8(ascii: "\t")
  private static let comma = UInt8(ascii: ",")
  private static let quote = UInt8(ascii: "\"")
  private static let lineFeed = UInt8(ascii: "\n")
  private static let carriageReturn = UInt8(ascii: "\r")
  private static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]
}

// MARK: - Records

extension CSVReader {
  /// Puts the next record into `text` and `starts`; false at the end.
  private mutating func readRecord() throws(CordonError) -> Bool {
    while true {
      guard try peek() != nil else { return false }
      if nextLine == 1 { try skipByteOrderMark() }
      line = nextLine
      text.removeAll(keepingCapacity: true)
      starts.removeAll(keepingCapacity: true)
      starts.append(0)
      isAtFieldStart = true
      try readFields()
      nextLine += 1
      let isBlank = starts.count == 2 && trimmed(0).isEmpty && header.count != 1
      if !isBlank { return true }
    }
  }

  /// One line's fields, or more lines' where quotes hold line ends.
  private mutating func readFields() throws(CordonError) {
    while let byte = try peek() {
      position += 1
      switch byte {
      case Self.comma: try endField()
      case Self.lineFeed: return try endField()
      case Self.carriageReturn:
        // Alone within a line it is a character like others.
        if try peek() == Self.lineFeed { continue }
        if isAtEnd, position == buffer.count { continue }
        take(byte)
      case Self.quote where isAtFieldStart: try readQuoted()
      default: take(byte)
      }
      guard text.count <= Self.recordLimit else {
        throw failure(
          line, text.count, "this row is longer than \(Self.recordLimit) bytes", code: "long-row",
          remedy: "A quote may be missing its partner.")
      }
    }
    try endField()
  }

  private mutating func take(_ byte: UInt8) {
    text.append(byte)
    if byte != Self.blank, byte != Self.tab { isAtFieldStart = false }
  }

  private mutating func endField() throws(CordonError) {
    text.append(0)
    starts.append(text.count)
    isAtFieldStart = true
    guard starts.count <= Self.columnLimit + 1 else {
      throw failure(
        line, text.count, "this row has more than \(Self.columnLimit) columns", code: "wide-row",
        remedy: "Drop columns before reading.")
    }
  }

  /// What is between quotes; the opening one is read already.
  private mutating func readQuoted() throws(CordonError) {
    let (opened, column) = (nextLine, text.count + 1)
    text.removeLast(text.count - (starts.last ?? 0))
    isAtFieldStart = false
    while let byte = try peek() {
      position += 1
      if byte == Self.quote {
        guard try peek() == Self.quote else { return }
        position += 1
      }
      if byte == Self.lineFeed { nextLine += 1 }
      text.append(byte)
      guard text.count <= Self.recordLimit else { break }
    }
    throw failure(
      opened, column, "a quote is opened and never closed", code: "open-quote",
      remedy: "Close the quote, or double it where it is meant as a character.")
  }

  private mutating func skipByteOrderMark() throws(CordonError) {
    guard buffer.count - position >= 3, Array(buffer[position..<position + 3]) == Self.byteOrderMark else { return }
    position += 3
  }

  /// The next byte, without reading it.
  private mutating func peek() throws(CordonError) -> UInt8? {
    if position < buffer.count { return buffer[position] }
    guard !isAtEnd else { return nil }
    buffer.removeAll(keepingCapacity: true)
    position = 0
    guard try source.read(into: &buffer) else {
      isAtEnd = true
      return nil
    }
    return buffer.first
  }
}
