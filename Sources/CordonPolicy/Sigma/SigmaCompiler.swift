package import CordonCore

/// Compiles Sigma rules (specification version 2) to what agents match.
///
/// Taken: one rule a file; lists and maps of values; `*`, `?` and their escapes; the modifiers `contains`, `startswith`,
/// `endswith`, `all`, `cased`, `re` (with `i`, `m`, `s`), `cidr`, `base64`, `base64offset`, `wide`, `utf16le`, `utf16be`,
/// `utf16`, `windash`, `exists`, `neq`, `lt`, `lte`, `gt`, `gte`; conditions of `and`, `or`, `not`, parentheses, `1 of`,
/// `any of` and `all of`. Everything else is refused with its reason, one for each rule: half a rule would be another
/// rule. Values are compared without regard to the case of ASCII letters.
package struct SigmaCompiler: Sendable {
  /// Bytes of one rule's file.
  package static let mostBytes = 1 << 16

  /// Says what is wrong with a regular expression, or nothing.
  package typealias ExpressionCheck = @Sendable (String, SigmaExpressionOptions) -> String?

  private let checkExpression: ExpressionCheck

  /// - Parameter checkExpression: asks the engine that agents use, which is none of this room's.
  package init(checkExpression: @escaping ExpressionCheck = { _, _ in nil }) {
    self.checkExpression = checkExpression
  }

  /// Compiles a file's bytes; `file` is how a refusal names it.
  package func compile(_ bytes: [UInt8], file: String) -> SigmaVerdict {
    guard bytes.count <= Self.mostBytes else {
      let message = "the file has \(bytes.count) bytes; at most \(Self.mostBytes) are allowed"
      return .refused(.init(reason: .size, subject: "", problem: problem(file, 1, 1, "", message)))
    }
    var reader = YAMLReader(file: file)
    let root = reader.read(bytes)
    if let problem = reader.problems.first {
      return .refused(.init(reason: .malformed, subject: "", problem: problem))
    }
    return compile(root ?? YAMLNode(value: .absent, line: 1, column: 1), file: file)
  }

  /// Compiles a rule that stands within another document.
  func compile(_ node: YAMLNode, file: String) -> SigmaVerdict {
    do throws(SigmaRefusal) {
      return .compiled(try rule(SigmaNode(node, file: file)))
    } catch {
      return .refused(error)
    }
  }

  private func problem(_ file: String, _ line: Int, _ column: Int, _ path: String, _ message: String) -> PolicyProblem {
    PolicyProblem(file: file, line: line, column: column, path: path, message: message)
  }

  private func rule(_ root: SigmaNode) throws(SigmaRefusal) -> SigmaRule {
    guard case .mapping = root.node.value else {
      throw root.refusal(
        .malformed, "expected a Sigma rule with title, logsource and detection, found \(root.described)")
    }
    if root["action"] != nil || root["correlation"] != nil {
      throw root.refusal(.aggregation, "correlations and collections of rules are not supported")
    }
    let id = try head("id", of: root, most: SigmaRule.mostIDBytes)
    guard id.text.utf8.allSatisfy(SigmaRule.isIDByte) else {
      throw id.node.refusal(.malformed, "an id has letters, digits and `-`, as a UUID has")
    }
    let title = try head("title", of: root, most: SigmaRule.mostTitleBytes)
    let severity = try severity(of: root)
    let techniques = try techniques(of: root)
    guard let detection = root["detection"] else { throw root.refusal(.malformed, "has no `detection`") }
    let source = try SigmaLogSource.source(of: root)
    let reader = SigmaDetectionReader(source: source, detection: detection, checkExpression: checkExpression)
    let (tests, condition) = try reader.expression(of: detection).flattened
    let rule = SigmaRule(
      id: id.text, title: title.text, severity: severity, techniques: techniques, source: source, tests: tests,
      condition: condition)
    guard rule.isSound else {
      throw detection.refusal(
        .size,
        "has \(tests.count) different values and \(condition.count) steps; at most \(SigmaRule.mostTests) and "
          + "\(SigmaRule.mostSteps) are allowed, nested at most \(SigmaRule.mostOpen) deep")
    }
    return rule
  }

  private func head(
    _ key: String, of root: SigmaNode, most: Int
  ) throws(SigmaRefusal) -> (text: String, node: SigmaNode) {
    guard let node = root[key] else { throw root.refusal(.malformed, "has no `\(key)`") }
    guard let text = node.text, !text.isEmpty, text.utf8.count <= most,
      !text.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F })
    else { throw node.refusal(.malformed, "expected a line of at most \(most) bytes, found \(node.described)") }
    return (text, node)
  }

  private func severity(of root: SigmaNode) throws(SigmaRefusal) -> Severity {
    // A rule without a level is worth a look, and no more.
    guard let node = root["level"] else { return .medium }
    guard let level = node.text.flatMap(Severity.init(sigmaLevel:)) else {
      throw node.refusal(
        .malformed, "expected informational, low, medium, high or critical, found \(node.described)")
    }
    return level
  }

  /// The tags `attack.t…`; tags of other vocabularies, and tactics, say nothing that a detection could carry.
  private func techniques(of root: SigmaNode) throws(SigmaRefusal) -> [String] {
    guard let node = root["tags"], case .sequence(let tags) = node.node.value else { return [] }
    var techniques: [String] = []
    for tag in tags {
      guard case .scalar(let text, _) = tag.value, text.lowercased().hasPrefix("attack.t") else { continue }
      let technique = text.dropFirst("attack.".utf8.count).uppercased()
      if SigmaRule.isTechnique(technique), !techniques.contains(technique),
        techniques.count < SigmaRule.mostTechniques
      {
        techniques.append(technique)
      }
    }
    return techniques
  }
}

extension Severity {
  /// Sigma's levels; `informational` is what Cordon calls low.
  package init?(sigmaLevel text: String) {
    switch text.lowercased() {
    case "informational", "low": self = .low
    case "medium": self = .medium
    case "high": self = .high
    case "critical": self = .critical
    default: return nil
    }
  }

  /// As rules write it.
  package var sigmaLevel: String {
    switch self {
    case .low: "low"
    case .medium: "medium"
    case .high: "high"
    case .critical: "critical"
    }
  }
}
