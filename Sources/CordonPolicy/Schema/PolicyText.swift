package import CordonCore

/// Writes a policy as the file that compiles to it.
package enum PolicyText {
  /// YAML of every field that differs from what agents do without a policy; `everything` adds the rest.
  package static func render(_ policy: Policy, everything: Bool = false) -> String {
    let usual = Policy.observeOnly
    var lines: [String] = []
    var written: [String] = []
    for field in PolicySchema.fields {
      let value = field.read(policy)
      guard everything || field.isRequired || value != field.read(usual) else { continue }
      let parents = field.path.split(separator: ".").dropLast().map(String.init)
      let shared = zip(written, parents).prefix { $0 == $1 }.count
      for (depth, name) in parents.enumerated().dropFirst(shared) { lines.append(indent(depth) + "\(name):") }
      written = parents
      lines += rendered(field.name, value, depth: parents.count)
    }
    return lines.map { $0 + "\n" }.joined()
  }

  /// A value as one line, for tables and differences.
  package static func inline(_ value: PolicyField.Value) -> String {
    switch value {
    case .flag(let flag): "\(flag)"
    case .integer(let number): "\(number)"
    case .number(let number): PolicyField.text(number)
    case .duration(let duration): DurationText.format(duration)
    case .text(let text): quoted(text)
    case .list(let texts): "[\(texts.map(quoted).joined(separator: ", "))]"
    case .budgets(let budgets):
      "{\(sorted(budgets).map { "\($0.key.rawValue): \($0.value)" }.joined(separator: ", "))}"
    case .hosts(let hosts): "[\(hosts.map(inline).joined(separator: ", "))]"
    case .sigmaRules(let rules): "[\(rules.map(SigmaText.render).joined(separator: ", "))]"
    case .mappings(let mappings): "[\(mappings.map(inline).joined(separator: ", "))]"
    }
  }

  /// A host's facts as one line.
  package static func inline(_ host: Policy.HostFacts) -> String {
    let area = host.clinicalArea.isEmpty ? "" : ", clinical_area: \(quoted(host.clinicalArea))"
    return "{label: \(quoted(host.label)), criticality: \(host.criticality.text)\(area)}"
  }

  /// A mapping of a log as one line.
  package static func inline(_ mapping: RecordMapping) -> String {
    func list(_ texts: [String]) -> String { "[\(texts.map(quoted).joined(separator: ", "))]" }
    var parts = PolicySchema.mappingFields.compactMap { field in
      let text = mapping[keyPath: field.place]
      return text.isEmpty ? nil : "\(field.name): \(quoted(text))"
    }
    if !mapping.paths.isEmpty { parts.append("paths: \(list(mapping.paths))") }
    if mapping.format != .json { parts.append("format: \(mapping.format.rawValue)") }
    let words = mapping.activities.map { "\($0.meaning.rawValue): \(list($0.patterns))" }
    parts.append("activities: {\(words.joined(separator: ", "))}")
    if !mapping.failures.isEmpty { parts.append("failures: \(list(mapping.failures))") }
    return "{\(parts.joined(separator: ", "))}"
  }

  private static func rendered(_ name: String, _ value: PolicyField.Value, depth: Int) -> [String] {
    let head = indent(depth) + "\(name):"
    let inside = indent(depth + 1)
    switch value {
    case .list(let texts) where !texts.isEmpty: return [head] + texts.map { "\(inside)- \(quoted($0))" }
    case .hosts(let hosts) where !hosts.isEmpty: return [head] + hosts.map { "\(inside)- \(inline($0))" }
    case .sigmaRules(let rules) where !rules.isEmpty:
      return [head] + rules.map { "\(inside)- \(SigmaText.render($0))" }
    case .mappings(let mappings) where !mappings.isEmpty:
      return [head] + mappings.map { "\(inside)- \(inline($0))" }
    case .budgets(let budgets) where !budgets.isEmpty:
      return [head] + sorted(budgets).map { "\(inside)\($0.key.rawValue): \($0.value)" }
    default: return ["\(head) \(inline(value))"]
    }
  }

  private static func sorted(_ budgets: [Action.Name: UInt32]) -> [(key: Action.Name, value: UInt32)] {
    budgets.sorted { $0.key.rawValue < $1.key.rawValue }
  }

  private static func indent(_ depth: Int) -> String { String(repeating: "  ", count: depth) }

  /// Plain where YAML reads it back as the same text, else in double quotes.
  private static func quoted(_ text: String) -> String {
    let words = ["true", "false", "null", "yes", "no", "on", "off"]
    let isPlain =
      text.unicodeScalars.allSatisfy {
        $0.isASCII && ($0.properties.isAlphabetic || "0123456789/._-".contains(Character($0)))
      }
      && (text.first?.isLetter == true || text.first == "/") && !words.contains(text.lowercased())
    guard !isPlain else { return text }
    return "\"\(text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\""))\""
  }
}
