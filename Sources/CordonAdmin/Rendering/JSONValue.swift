import CordonCore

/// What `--output json` prints: fields in the order in which they were written down.
package indirect enum JSONValue: Hashable, Sendable {
  case null
  case flag(Bool)
  case integer(Int64)
  case number(Double)
  case text(String)
  case list([JSONValue])
  case object([Field])

  package struct Field: Hashable, Sendable {
    package var name: String
    package var value: JSONValue
  }

  /// An object whose fields keep their order.
  package static func fields(_ fields: KeyValuePairs<String, JSONValue>) -> JSONValue {
    .object(fields.map { Field(name: $0.key, value: $0.value) })
  }

  /// A moment as ISO 8601 in UTC; null for one that was never set.
  static func time(_ milliseconds: Int64) -> JSONValue {
    milliseconds == 0 ? .null : .text(TimeText.iso(Timestamp(milliseconds: milliseconds), milliseconds: true))
  }

  /// Null where the text is empty.
  static func optional(_ text: String) -> JSONValue { text.isEmpty ? .null : .text(text) }

  static func unsigned(_ number: UInt64) -> JSONValue { .integer(Int64(clamping: number)) }

  /// Indented by two spaces, with a line end.
  package var rendered: String { lines(indent: "") + "\n" }

  private func lines(indent: String) -> String {
    let inner = indent + "  "
    switch self {
    case .null: return "null"
    case .flag(let flag): return flag ? "true" : "false"
    case .integer(let number): return "\(number)"
    case .number(let number): return number.isFinite ? "\(number)" : "null"
    case .text(let text): return Self.quoted(text)
    case .list(let values):
      guard !values.isEmpty else { return "[]" }
      return "[\n" + values.map { inner + $0.lines(indent: inner) }.joined(separator: ",\n") + "\n\(indent)]"
    case .object(let fields):
      guard !fields.isEmpty else { return "{}" }
      let lines = fields.map { "\(inner)\(Self.quoted($0.name)): \($0.value.lines(indent: inner))" }
      return "{\n" + lines.joined(separator: ",\n") + "\n\(indent)}"
    }
  }

  /// On one line without its end, as JSON Lines have it.
  var line: String {
    switch self {
    case .null, .flag, .integer, .number, .text: lines(indent: "")
    case .list(let values): "[" + values.map(\.line).joined(separator: ",") + "]"
    case .object(let fields):
      "{" + fields.map { "\(Self.quoted($0.name)):\($0.value.line)" }.joined(separator: ",") + "}"
    }
  }

  private static func quoted(_ text: String) -> String {
    var out = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": out += "\\\""
      case "\\": out += "\\\\"
      case "\n": out += "\\n"
      case "\t": out += "\\t"
      case "\r": out += "\\r"
      default:
        if scalar.value < 0x20 || scalar.value == 0x7F {
          let hex = String(scalar.value, radix: 16)
          out += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
        } else {
          out.unicodeScalars.append(scalar)
        }
      }
    }
    return out + "\""
  }
}
