import CordonCore

/// The wanted fields of one record, as places in its bytes: what a log of lines says, whichever way it is written.
///
/// Filled by `readJSON` or `readColumns`, then asked by the fields' numbers. Nothing is copied until a field is asked for.
package struct RecordFields: Sendable {
  /// How a value is written, which says how it is read.
  enum Form: UInt8 {
    case absent
    /// Text as it is.
    case plain
    /// JSON text with escapes.
    case escaped
    /// A value of a table of Zeek's with `\x` escapes.
    case hexadecimal
    /// Quoted text of CSV with doubled quotes.
    case doubled
    /// A number, or `true` or `false`.
    case word
  }

  struct Value {
    var start: Int32 = 0
    var end: Int32 = 0
    var form = Form.absent

    var range: Range<Int> { Int(start)..<Int(end) }
  }

  /// Bytes of a record; places are 32 bits.
  package static let mostBytes = 1 << 20

  package let tree: FieldTree
  var bytes: [UInt8] = []
  private(set) var values: [Value]
  /// Fields of `values` that are set.
  private var present: [Int16] = []

  package init(_ tree: FieldTree) {
    self.tree = tree
    values = Array(repeating: Value(), count: tree.count)
  }

  /// Forgets every field of the record before.
  mutating func begin(_ record: [UInt8]) {
    bytes = record
    for field in present { values[Int(field)].form = .absent }
    present.removeAll(keepingCapacity: true)
  }

  /// The first value of a field counts.
  mutating func set(_ field: Int16, _ range: Range<Int>, _ form: Form) {
    let index = Int(field)
    guard values[index].form == .absent else { return }
    values[index] = Value(
      start: Int32(truncatingIfNeeded: range.lowerBound), end: Int32(truncatingIfNeeded: range.upperBound), form: form)
    present.append(field)
  }

  /// Whether the record has the field; a JSON null is none.
  package func has(_ field: Int) -> Bool { values[field].form != .absent }

  /// A field's bytes as they stand in the record, escapes unread; empty where it lacks the field.
  package func raw(_ field: Int) -> ArraySlice<UInt8> {
    let value = values[field]
    return value.form == .absent ? [] : bytes[value.range]
  }

  /// Whether a field's bytes are these, ASCII letters of either case the same.
  package func equals(_ field: Int, _ text: StaticString) -> Bool {
    let value = values[field]
    guard value.form != .absent, value.range.count == text.utf8CodeUnitCount else { return false }
    return text.withUTF8Buffer { wanted in
      var index = value.range.lowerBound
      for byte in wanted {
        guard ASCIICase.folded(bytes[index]) == ASCIICase.folded(byte) else { return false }
        index += 1
      }
      return true
    }
  }

  /// A field's bytes with its escapes read; nil where it lacks the field.
  package func content(_ field: Int) -> [UInt8]? {
    let value = values[field]
    switch value.form {
    case .absent: return nil
    case .plain, .word: return Array(bytes[value.range])
    case .escaped: return Unescaping.json(bytes[value.range])
    case .hexadecimal: return Unescaping.hexadecimal(bytes[value.range])
    case .doubled: return Unescaping.doubled(bytes[value.range])
    }
  }

  /// A field as text; nil where it lacks the field, or it is longer than `most` bytes or not UTF-8.
  package func text(_ field: Int, most: Int = 1024) -> String? {
    let value = values[field]
    guard value.form != .absent, value.range.count <= most else { return nil }
    if value.form == .plain || value.form == .word { return String(validating: bytes[value.range], as: UTF8.self) }
    return content(field).flatMap { String(validating: $0, as: UTF8.self) }
  }

  /// A whole number of decimal digits, or of hexadecimal ones behind `0x`; nil for anything else and above 2^63 - 1.
  package func number(_ field: Int) -> UInt64? {
    let value = values[field]
    guard value.form != .absent else { return nil }
    var range = value.range
    var base: UInt64 = 10
    if range.count > 2, bytes[range.lowerBound] == 0x30, bytes[range.lowerBound + 1] | 0x20 == UInt8(ascii: "x") {
      base = 16
      range = (range.lowerBound + 2)..<range.upperBound
    }
    guard !range.isEmpty, range.count <= 19 else { return nil }
    var number: UInt64 = 0
    for position in range {
      guard let digit = Hex.digit(bytes[position]), UInt64(digit) < base else { return nil }
      let (product, overflow) = number.multipliedReportingOverflow(by: base)
      guard !overflow, product <= UInt64(Int64.max) - UInt64(digit) else { return nil }
      number = product + UInt64(digit)
    }
    return number
  }
}
