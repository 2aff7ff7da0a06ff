import Yams

/// Reads one YAML document into places and plain values, refusing what could blow up before the parser sees it.
///
/// Anchors, aliases, tags and several documents are not part of a policy. A key that is written twice does not stop the
/// reading: every one is reported.
struct YAMLReader {
  /// Bytes of a policy's file.
  static let mostBytes = 1 << 20
  /// Levels of `[` and `{`, and columns of indentation before a line's first word.
  static let mostFlowDepth = 32
  static let mostIndentation = 64
  /// Words that look like aliases; more are refused unread, since aliases of aliases grow without bound.
  static let mostAliases = 8
  /// Keys written twice that are looked for.
  static let mostDuplicates = 100

  let file: String
  private(set) var problems: [PolicyProblem] = []
  /// Keys that were renamed so that the parser goes on: the replacement, and what stood there.
  private var renamed: [String: String] = [:]

  init(file: String) { self.file = file }

  /// Nil where the document cannot be read at all; `problems` says why.
  mutating func read(_ bytes: [UInt8]) -> YAMLNode? {
    guard bytes.count <= Self.mostBytes else {
      return refuse(1, 1, "the file has \(bytes.count) bytes; at most \(Self.mostBytes) are allowed")
    }
    guard var text = String(validating: bytes, as: UTF8.self) else {
      return refuse(1, 1, "the file is not UTF-8 text")
    }
    if let bomb = Self.firstBomb(in: bytes) { return refuse(bomb.line, 1, bomb.message) }
    while true {
      do {
        let parser = try Parser(yaml: text, encoding: .utf8)
        // The parser owns the anchors that nodes point to weakly: it must outlive the conversion.
        return try withExtendedLifetime(parser) {
          guard let root = try parser.singleRoot() else { return YAMLNode(value: .absent, line: 1, column: 1) }
          return convert(root)
        }
      } catch YamlError.duplicatedKeysInMapping(_, let context) where renamed.count < Self.mostDuplicates {
        guard let next = renamingKey(in: text, at: context.mark) else {
          return refuse(context.mark.line, context.mark.column, "a key is written twice")
        }
        text = next
      } catch {
        return refuse(error)
      }
    }
  }

  private mutating func refuse(_ line: Int, _ column: Int, _ message: String) -> YAMLNode? {
    problems.append(
      PolicyProblem(file: file, line: max(1, line), column: max(1, column), path: "", message: message))
    return nil
  }

  private mutating func refuse(_ error: any Error) -> YAMLNode? {
    switch error {
    case YamlError.scanner(_, let problem, let mark, _), YamlError.parser(_, let problem, let mark, _),
      YamlError.composer(_, let problem, let mark, _):
      refuse(mark.line, mark.column, "not YAML: \(problem)")
    case YamlError.duplicatedKeysInMapping(_, let context):
      refuse(context.mark.line, context.mark.column, "more than \(Self.mostDuplicates) keys are written twice")
    case YamlError.reader(let problem, _, _, _): refuse(1, 1, "not YAML: \(problem)")
    default: refuse(1, 1, "not YAML")
    }
  }

  // MARK: Bombs

  /// The line where nesting or aliases pass what any policy needs.
  private static func firstBomb(in bytes: [UInt8]) -> (line: Int, message: String)? {
    var line = 1
    var depth = 0
    var aliases = 0
    var column = 0
    // Whether only indentation, `-` and `?` stood before on this line.
    var isLeading = true
    // Whether a node could start here: after an indicator, not within a word.
    var mayStart = true
    // What was just seen of the indicators behind which a quote certainly begins quoted text.
    var before = BeforeQuote.other
    // Behind quoted text that ends on its line: brackets and stars within are text.
    var quoteEnd = 0
    for (index, byte) in bytes.enumerated() {
      if index < quoteEnd { continue }
      if before == .node, let end = quotedEnd(in: bytes, from: index) {
        column += end - index
        (quoteEnd, before, isLeading, mayStart) = (end, .other, false, false)
        continue
      }
      before = before.following(byte, isLeading: isLeading, isFlow: depth > 0)
      switch byte {
      case UInt8(ascii: "\n"):
        line += 1
        (column, isLeading, mayStart) = (0, true, true)
        continue
      case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"): break
      case UInt8(ascii: "["), UInt8(ascii: "{"):
        depth += 1
        (isLeading, mayStart) = (false, true)
      case UInt8(ascii: "]"), UInt8(ascii: "}"):
        depth = max(0, depth - 1)
        (isLeading, mayStart) = (false, false)
      case UInt8(ascii: "*"):
        if mayStart { aliases += 1 }
        (isLeading, mayStart) = (false, false)
      case UInt8(ascii: "-"), UInt8(ascii: "?"): mayStart = true
      case UInt8(ascii: ":"), UInt8(ascii: ","): (isLeading, mayStart) = (false, true)
      default: (isLeading, mayStart) = (false, false)
      }
      column += 1
      if depth > mostFlowDepth { return (line, "lists and mappings are nested more than \(mostFlowDepth) deep") }
      if isLeading, column > mostIndentation { return (line, "the line starts beyond column \(mostIndentation)") }
      if aliases > mostAliases { return (line, "aliases (`*name`) are not allowed in a policy") }
    }
    return nil
  }

  /// How certain it is that a quote would begin quoted text. Where it is not, a hostile file could open a quote that the
  /// parser takes for part of a word, and hide a bomb behind it.
  private enum BeforeQuote {
    case other
    /// A colon, or the dash of a list's element: a node begins behind white space.
    case indicator
    case node

    func following(_ byte: UInt8, isLeading: Bool, isFlow: Bool) -> BeforeQuote {
      switch byte {
      case UInt8(ascii: " "): self == .other ? .other : .node
      case UInt8(ascii: ":"): .indicator
      // Elsewhere a comma or a dash may stand within a word.
      case UInt8(ascii: "-"): isLeading && !isFlow ? .indicator : .other
      case UInt8(ascii: "["), UInt8(ascii: "{"): .node
      case UInt8(ascii: ","): isFlow ? .node : .other
      default: .other
      }
    }
  }

  /// Behind the quote that ends quoted text on the same line; nil where none begins here or it goes on.
  private static func quotedEnd(in bytes: [UInt8], from start: Int) -> Int? {
    let quote = bytes[start]
    guard quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") else { return nil }
    var index = start + 1
    while index < bytes.count, bytes[index] != UInt8(ascii: "\n") {
      if bytes[index] == quote {
        // Two single quotes are one within the text.
        let isDoubled = quote == UInt8(ascii: "'") && index + 1 < bytes.count && bytes[index + 1] == quote
        guard isDoubled else { return index + 1 }
        index += 1
      } else if bytes[index] == UInt8(ascii: "\\"), quote == UInt8(ascii: "\"") {
        index += 1
      }
      index += 1
    }
    return nil
  }

  // MARK: Keys written twice

  /// The text with the key at a mark replaced by private-use characters of the same length.
  private mutating func renamingKey(in text: String, at mark: Mark) -> String? {
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { Array($0.unicodeScalars) }
    guard lines.indices.contains(mark.line - 1) else { return nil }
    let line = lines[mark.line - 1]
    var start = mark.column - 1
    guard line.indices.contains(start) else { return nil }
    let quote = line[start]
    let isQuoted = quote == "\"" || quote == "'"
    if isQuoted { start += 1 }
    var end = start
    while end < line.count, isQuoted ? line[end] != quote : line[end] != ":" { end += 1 }
    guard end > start, let first = Unicode.Scalar(0xE000 + UInt32(renamed.count)) else { return nil }
    let replacement = [first] + [Unicode.Scalar](repeating: "\u{F000}", count: end - start - 1)
    let key = String(String.UnicodeScalarView(line[start..<end]))
    renamed[String(String.UnicodeScalarView(replacement))] = key.trimmed
    lines[mark.line - 1].replaceSubrange(start..<end, with: replacement)
    return lines.map { String(String.UnicodeScalarView($0)) }.joined(separator: "\n")
  }

  // MARK: Conversion

  private mutating func convert(_ node: Node) -> YAMLNode {
    let line = node.mark?.line ?? 1
    let column = node.mark?.column ?? 1
    checkDecorations(of: node, line, column)
    switch node {
    case .scalar(let scalar):
      let isPlain = scalar.style == .plain
      let isAbsent = isPlain && ["", "~", "null"].contains(scalar.string)
      let value = isAbsent ? YAMLNode.Value.absent : .scalar(scalar.string, isPlain: isPlain)
      return YAMLNode(value: value, line: line, column: column)
    case .sequence(let sequence):
      return YAMLNode(value: .sequence(sequence.map { convert($0) }), line: line, column: column)
    case .mapping(let mapping):
      return YAMLNode(value: .mapping(pairs(of: mapping)), line: line, column: column)
    case .alias:
      _ = refuse(line, column, "aliases (`*name`) are not allowed in a policy")
      return YAMLNode(value: .absent, line: line, column: column)
    }
  }

  private mutating func pairs(of mapping: Node.Mapping) -> [YAMLNode.Pair] {
    var pairs: [YAMLNode.Pair] = []
    var firsts: [(key: String, line: Int)] = []
    for (key, value) in mapping {
      let line = key.mark?.line ?? 1
      let column = key.mark?.column ?? 1
      guard case .scalar(let scalar) = key else {
        _ = refuse(line, column, "a key must be a word")
        continue
      }
      if let original = renamed[scalar.string.trimmed] {
        firsts.append((original, line))
        continue
      }
      checkDecorations(of: key, line, column)
      let node = convert(value)
      pairs.append(.init(key: scalar.string, keyLine: line, keyColumn: column, value: node))
    }
    for first in firsts {
      let last = pairs.first { $0.key == first.key }
      _ = refuse(
        last?.keyLine ?? first.line, last?.keyColumn ?? 1,
        "the key `\(YAMLNode.short(first.key))` is written twice; it was first on line \(first.line)")
    }
    return pairs
  }

  private mutating func checkDecorations(of node: Node, _ line: Int, _ column: Int) {
    if node.anchorName != nil {
      _ = refuse(line, column, "anchors and aliases (`&name`, `*name`) are not allowed in a policy")
    }
    if node.hasExplicitTag { _ = refuse(line, column, "tags (`!name`) are not allowed in a policy") }
  }
}

extension Node {
  fileprivate var anchorName: String? {
    switch self {
    case .scalar(let scalar): scalar.anchor?.rawValue
    case .sequence(let sequence): sequence.anchor?.rawValue
    case .mapping(let mapping): mapping.anchor?.rawValue
    case .alias(let alias): alias.anchor.rawValue
    }
  }

  fileprivate var hasExplicitTag: Bool {
    let tag =
      switch self {
      case .scalar(let scalar): scalar.style == .plain ? scalar.tag.description : ""
      case .sequence(let sequence): sequence.tag.description
      case .mapping(let mapping): mapping.tag.description
      case .alias: ""
      }
    // The parser fills the standard tags in by itself when it compares keys.
    return !tag.isEmpty && !tag.hasPrefix("tag:yaml.org,2002:")
  }
}

extension StringProtocol {
  /// Without spaces at both ends.
  fileprivate var trimmed: String {
    var rest = Substring(self)
    while rest.first == " " { rest.removeFirst() }
    while rest.last == " " { rest.removeLast() }
    return String(rest)
  }
}
