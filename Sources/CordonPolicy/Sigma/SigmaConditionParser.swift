import CordonCore

/// Reads a condition: `or` binds weakest, then `and`, then `not`; `1 of`, `any of` and `all of` name selections by
/// patterns, or `them`.
struct SigmaConditionParser {
  /// Bytes of a condition.
  static let mostBytes = 4096
  /// Parentheses and `not` within each other.
  static let mostDepth = 32

  private let words: [String]
  private let place: SigmaNode
  private let selections: [(name: String, expression: SigmaExpression)]
  private var position = 0

  static func parse(
    _ text: String, at place: SigmaNode, selections: [(name: String, expression: SigmaExpression)]
  ) throws(SigmaRefusal) -> SigmaExpression {
    guard text.utf8.count <= mostBytes else {
      throw place.refusal(.size, "a condition has at most \(mostBytes) bytes")
    }
    guard !text.contains("|") else {
      throw place.refusal(.aggregation, "aggregations (`| count() …`, `| near …`) are not supported", subject: "|")
    }
    var parser = SigmaConditionParser(words: words(of: text), place: place, selections: selections)
    let expression = try parser.disjunction(depth: 0)
    guard parser.position == parser.words.count else {
      throw parser.unexpected("`and`, `or` or the end")
    }
    return expression
  }

  private static func words(of text: String) -> [String] {
    var words: [String] = []
    var word = ""
    for character in text {
      let isParenthesis = character == "(" || character == ")"
      guard isParenthesis || character.isWhitespace else {
        word.append(character)
        continue
      }
      if !word.isEmpty { words.append(word) }
      word = ""
      if isParenthesis { words.append(String(character)) }
    }
    return word.isEmpty ? words : words + [word]
  }

  private init(words: [String], place: SigmaNode, selections: [(name: String, expression: SigmaExpression)]) {
    self.words = words
    self.place = place
    self.selections = selections
  }

  private var next: String? { position < words.count ? words[position] : nil }

  /// Steps over a word of the language, whatever its case.
  private mutating func take(_ word: String) -> Bool {
    guard next?.lowercased() == word else { return false }
    position += 1
    return true
  }

  private func unexpected(_ wanted: String) -> SigmaRefusal {
    place.refusal(
      .condition, "expected \(wanted), found \(next.map { "`\(YAMLNode.short($0))`" } ?? "the end of the condition")")
  }

  private mutating func disjunction(depth: Int) throws(SigmaRefusal) -> SigmaExpression {
    var parts = [try conjunction(depth: depth)]
    while take("or") { parts.append(try conjunction(depth: depth)) }
    return .disjunction(parts)
  }

  private mutating func conjunction(depth: Int) throws(SigmaRefusal) -> SigmaExpression {
    var parts = [try unary(depth: depth)]
    while take("and") { parts.append(try unary(depth: depth)) }
    return .conjunction(parts)
  }

  private mutating func unary(depth: Int) throws(SigmaRefusal) -> SigmaExpression {
    guard depth < Self.mostDepth else {
      throw place.refusal(.size, "the condition is nested more than \(Self.mostDepth) deep")
    }
    if take("not") { return try unary(depth: depth + 1).negated }
    if take("(") {
      let inner = try disjunction(depth: depth + 1)
      guard take(")") else { throw unexpected("`)`") }
      return inner
    }
    guard let word = next, word != ")" else { throw unexpected("a selection") }
    if position + 1 < words.count, words[position + 1].lowercased() == "of" { return try quantified() }
    guard let selection = selections.first(where: { $0.name == word }) else {
      let hint = Suggestion.closest(to: word, among: selections.map(\.name)).map { "; did you mean `\($0)`?" } ?? ""
      throw place.refusal(.condition, "there is no selection `\(YAMLNode.short(word))`\(hint)")
    }
    position += 1
    return selection.expression
  }

  /// `1 of`, `any of`, `all of`, with a pattern or `them`, which leaves out what begins with `_`.
  private mutating func quantified() throws(SigmaRefusal) -> SigmaExpression {
    let quantifier = words[position].lowercased()
    guard ["1", "any", "all"].contains(quantifier) else {
      throw place.refusal(
        .condition, "`\(YAMLNode.short(quantifier)) of` is not supported; `1 of`, `any of` and `all of` are")
    }
    position += 2
    guard let pattern = next else { throw unexpected("a selection's pattern or `them`") }
    position += 1
    let wanted = SigmaPattern(pattern)
    let named = selections.filter { name, _ in
      pattern.lowercased() == "them" ? !name.hasPrefix("_") : wanted.matches(Array(name.utf8).span)
    }
    guard !named.isEmpty else {
      throw place.refusal(.condition, "no selection matches `\(YAMLNode.short(pattern))`")
    }
    let parts = named.map(\.expression)
    return quantifier == "all" ? .conjunction(parts) : .disjunction(parts)
  }
}
