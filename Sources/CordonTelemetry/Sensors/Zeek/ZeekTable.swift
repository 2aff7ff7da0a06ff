import Glibc

/// The head of a table of Zeek's, read once for all lines that bear the same.
struct ZeekTable: Sendable {
  /// As it stood before the line.
  private(set) var head: [UInt8] = []
  /// Nil for a log that is not read.
  private(set) var log: ZeekLog?
  /// Nil where the head is none.
  private(set) var layout: ColumnLayout?

  /// Where the line of a record begins, with the table's head read; nil for a record that has no head and no line.
  mutating func lineStart(of record: [UInt8]) -> Int? {
    // A line of the head beyond the known one makes it another head.
    if !head.isEmpty, record.count > head.count, record[head.count] != UInt8(ascii: "#"), begins(record) {
      return head.count
    }
    guard let end = record.lastIndex(of: 0x0A), end + 1 < record.count else { return nil }
    read(Array(record[...end]))
    return end + 1
  }

  private func begins(_ record: [UInt8]) -> Bool {
    head.withUnsafeBytes { known in
      record.withUnsafeBytes { memcmp(known.baseAddress!, $0.baseAddress!, known.count) == 0 }
    }
  }

  private mutating func read(_ bytes: [UInt8]) {
    head = bytes
    log = nil
    layout = nil
    var separator: UInt8 = 0x09
    var (unset, empty) = (Array("-".utf8), Array("(empty)".utf8))
    var columns: [[UInt8]] = []
    for line in bytes.split(separator: 0x0A) where line.first == UInt8(ascii: "#") {
      // The separator's own line uses a space, for it is not known before.
      let isFirst = line.starts(with: "#separator".utf8)
      let parts = line.split(separator: isFirst ? 0x20 : separator, omittingEmptySubsequences: false)
      guard parts.count > 1 else { continue }
      let value = Unescaping.hexadecimal(parts[1])
      switch String(decoding: parts[0], as: UTF8.self) {
      case "#separator": separator = value.first ?? separator
      case "#unset_field": unset = value
      case "#empty_field": empty = value
      case "#path": log = ZeekLog(rawValue: String(decoding: value, as: UTF8.self))
      case "#fields": columns = parts.dropFirst().map { Array($0) }
      default: break
      }
    }
    layout = ColumnLayout(
      separator: separator, style: .zeek(unset: unset, empty: empty), columns: columns, of: ZeekField.tree)
  }
}
