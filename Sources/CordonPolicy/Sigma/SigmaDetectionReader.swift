import CordonCore

/// Reads a rule's `detection`: its selections, and the condition over them.
///
/// A map is met where every field is, a list where any element is, a field's list of values where any value matches
/// (with `all`: every one). Words without a field are looked for in the whole command line where the rule is about
/// EXECVE records; elsewhere they would search a log line that no observation holds.
struct SigmaDetectionReader {
  /// Selections of one rule.
  static let mostSelections = 128
  /// Values of one field.
  static let mostValues = 512
  /// Lists and maps within each other.
  static let mostDepth = 8

  private let source: SigmaSource
  private let checkExpression: SigmaCompiler.ExpressionCheck
  /// Some selection asks for `type: EXECVE`.
  private let isAboutExec: Bool

  init(source: SigmaSource, detection: SigmaNode, checkExpression: @escaping SigmaCompiler.ExpressionCheck) {
    self.source = source
    self.checkExpression = checkExpression
    guard source == .auditExec, case .mapping(let selections) = detection.node.value else {
      isAboutExec = false
      return
    }
    isAboutExec = selections.contains { detection.below($0.value, $0.key)["type"]?.text?.uppercased() == "EXECVE" }
  }

  func expression(of detection: SigmaNode) throws(SigmaRefusal) -> SigmaExpression {
    guard case .mapping(let pairs) = detection.node.value else {
      throw detection.refusal(.malformed, "expected selections and a condition, found \(detection.described)")
    }
    if let timeframe = detection["timeframe"] {
      throw timeframe.refusal(.aggregation, "rules over several events are not supported", subject: "timeframe")
    }
    guard let condition = detection["condition"] else { throw detection.refusal(.malformed, "has no `condition`") }
    guard pairs.count <= Self.mostSelections else {
      throw detection.refusal(.size, "has \(pairs.count) selections; at most \(Self.mostSelections) are allowed")
    }
    var selections: [(name: String, expression: SigmaExpression)] = []
    for pair in pairs where pair.key != "condition" {
      let node = detection.below(pair.value, pair.key)
      selections.append((pair.key, try selection(node, depth: 0)))
    }
    var parts: [SigmaExpression] = []
    for text in try conditions(condition) {
      parts.append(try SigmaConditionParser.parse(text, at: condition, selections: selections))
    }
    return .disjunction(parts)
  }

  /// One condition, or a list of which any may hold.
  private func conditions(_ node: SigmaNode) throws(SigmaRefusal) -> [String] {
    if let text = node.text { return [text] }
    guard case .sequence(let elements) = node.node.value, (1...Self.mostSelections).contains(elements.count) else {
      throw node.refusal(.malformed, "expected a condition, found \(node.described)")
    }
    var texts: [String] = []
    for element in elements {
      guard case .scalar(let text, _) = element.value else {
        throw node.refusal(.malformed, "expected a list of conditions")
      }
      texts.append(text)
    }
    return texts
  }

  private func selection(_ node: SigmaNode, depth: Int) throws(SigmaRefusal) -> SigmaExpression {
    guard depth < Self.mostDepth else {
      throw node.refusal(.size, "is nested more than \(Self.mostDepth) deep")
    }
    switch node.node.value {
    case .mapping(let pairs) where !pairs.isEmpty:
      var parts: [SigmaExpression] = []
      for pair in pairs { parts.append(try field(pair, of: node)) }
      return .conjunction(parts)
    case .sequence(let elements) where !elements.isEmpty:
      guard elements.count <= Self.mostValues else {
        throw node.refusal(.size, "has \(elements.count) elements; at most \(Self.mostValues) are allowed")
      }
      var parts: [SigmaExpression] = []
      for (index, element) in elements.enumerated() {
        parts.append(try selection(node.below(element, "[\(index)]"), depth: depth + 1))
      }
      return .disjunction(parts)
    case .scalar: return try words([node], SigmaModifiers([], at: node), at: node)
    default: throw node.refusal(.malformed, "expected a map of fields, found \(node.described)")
    }
  }

  private func field(_ pair: YAMLNode.Pair, of node: SigmaNode) throws(SigmaRefusal) -> SigmaExpression {
    let key = node.key(pair)
    let parts = pair.key.split(separator: "|", omittingEmptySubsequences: false).map(String.init)
    let modifiers = try SigmaModifiers(parts.dropFirst(), at: key)
    let value = node.below(pair.value, pair.key)
    let name = parts.first ?? ""
    guard !name.isEmpty else { return try words(values(of: value), modifiers, at: key) }
    if source == .auditExec, name == "type" { return try recordType(value, modifiers) }
    guard let field = source.fields.first(where: { $0.name.lowercased() == name.lowercased() })?.field else {
      let known = source.fields.map(\.name)
      let hint = Suggestion.closest(to: name, among: known).map { "; did you mean `\($0)`?" }
      throw key.refusal(
        .field,
        "Cordon's observations have no field `\(YAMLNode.short(name))`"
          + (hint ?? "; of \(source.logSource) they have \(known.joined(separator: ", "))"), subject: name)
    }
    return try modifiers.expression(of: field, values(of: value), checkExpression: checkExpression)
  }

  private func values(of node: SigmaNode) throws(SigmaRefusal) -> [SigmaNode] {
    guard case .sequence(let elements) = node.node.value else { return [node] }
    guard (1...Self.mostValues).contains(elements.count) else {
      throw node.refusal(.size, "has \(elements.count) values; 1 to \(Self.mostValues) are allowed")
    }
    return elements.enumerated().map { node.below($1, "[\($0)]") }
  }

  private func words(
    _ values: [SigmaNode], _ modifiers: SigmaModifiers, at place: SigmaNode
  ) throws(SigmaRefusal) -> SigmaExpression {
    guard isAboutExec, modifiers.comparison == .text else {
      throw place.refusal(
        .keywords, "words without a field search whole log lines, which Cordon's observations do not hold")
    }
    return try modifiers.searching.expression(of: .commandLine, values, checkExpression: checkExpression)
  }

  /// Of audit's records only those of a program's start reach rules: `type: EXECVE` always holds, any other never could.
  private func recordType(_ node: SigmaNode, _ modifiers: SigmaModifiers) throws(SigmaRefusal) -> SigmaExpression {
    guard modifiers.isEmpty, node.text?.uppercased() == "EXECVE" else {
      throw node.refusal(
        .logSource, "of audit's records rules see EXECVE alone", subject: "auditd \(node.text ?? "type")")
    }
    return .test(SigmaTest(.argument0, .exists))
  }
}
