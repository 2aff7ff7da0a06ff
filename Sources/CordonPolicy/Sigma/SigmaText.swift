package import CordonCore

/// Writes a compiled rule as Sigma again: one line of YAML, which compiles to the same rule.
package enum SigmaText {
  package static func render(_ rule: SigmaRule) -> String {
    var selections: [String] = []
    var names: [SigmaTest: String] = [:]
    for (index, test) in rule.tests.enumerated() {
      names[test] = "t\(index)"
      selections.append("t\(index): {\(selection(test, rule.source))}")
    }
    let tags = rule.techniques.map { "attack.\($0.lowercased())" }.joined(separator: ", ")
    let condition = rule.expression.map { text($0, names, isInner: false) } ?? ""
    return "{id: \(quoted(rule.id)), title: \(quoted(rule.title)), level: \(rule.severity.sigmaLevel), "
      + (tags.isEmpty ? "" : "tags: [\(tags)], ") + "logsource: {product: linux, \(rule.source.logSource)}, "
      + "detection: {\(selections.joined(separator: ", ")), condition: \(quoted(condition))}}"
  }

  private static func selection(_ test: SigmaTest, _ source: SigmaSource) -> String {
    let name = source.fields.first { $0.field == test.field }?.name ?? ""
    func pair(_ modifiers: String, _ value: String) -> String { "\(quoted(name + modifiers)): \(quoted(value))" }
    switch test.match {
    case .text(let pattern, let isCased): return pair(isCased ? "|cased" : "", pattern.text)
    case .expression(let text, let options):
      var modifiers = "|re"
      if options.contains(.ignoresCase) { modifiers += "|i" }
      if options.contains(.byLine) { modifiers += "|m" }
      if options.contains(.dotMatchesAll) { modifiers += "|s" }
      return pair(modifiers, text)
    case .network(let network): return pair("|cidr", network.description)
    case .number(let comparison, let number): return pair("|\(modifier(comparison))", "\(number)")
    case .exists: return pair("|exists", "true")
    case .empty: return "\(quoted(name)): null"
    }
  }

  private static func modifier(_ comparison: SigmaComparison) -> String {
    switch comparison {
    case .less: "lt"
    case .atMost: "lte"
    case .more: "gt"
    case .atLeast: "gte"
    }
  }

  private static func text(_ expression: SigmaExpression, _ names: [SigmaTest: String], isInner: Bool) -> String {
    func joined(_ parts: [SigmaExpression], _ word: String) -> String {
      let text = parts.map { self.text($0, names, isInner: true) }.joined(separator: " \(word) ")
      return isInner ? "(\(text))" : text
    }
    return switch expression {
    case .test(let test): names[test] ?? ""
    case .not(let inner): "not \(text(inner, names, isInner: true))"
    case .all(let parts): joined(parts, "and")
    case .any(let parts): joined(parts, "or")
    }
  }

  /// In double quotes; control characters as YAML escapes them.
  private static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case _ where scalar.value < 0x20 || scalar.value == 0x7F:
        result += "\\x" + (scalar.value < 0x10 ? "0" : "") + String(scalar.value, radix: 16)
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
