/// A piece of a YAML file with the place where it starts.
struct YAMLNode: Sendable {
  var value: Value
  /// From 1.
  var line: Int
  /// From 1, in Unicode scalars.
  var column: Int

  indirect enum Value: Sendable {
    /// Nothing was written, or `null`, or `~`.
    case absent
    /// Plain text may be a flag or a number; quoted text is text.
    case scalar(String, isPlain: Bool)
    case sequence([YAMLNode])
    case mapping([Pair])
  }

  struct Pair: Sendable {
    var key: String
    var keyLine: Int
    var keyColumn: Int
    var value: YAMLNode
  }

  /// What it is, for people: follows "found".
  var described: String {
    switch value {
    case .absent: "nothing"
    case .scalar(let text, let isPlain): isPlain ? "`\(Self.short(text))`" : "the text \"\(Self.short(text))\""
    case .sequence: "a list"
    case .mapping: "a mapping"
    }
  }

  /// At most 60 characters, printable.
  static func short(_ text: String) -> String {
    let shown = String(String.UnicodeScalarView(text.unicodeScalars.map { $0.value < 0x20 ? " " : $0 }))
    return shown.count <= 60 ? shown : shown.prefix(59) + "…"
  }
}
