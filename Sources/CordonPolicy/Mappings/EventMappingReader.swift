package import CordonCore

/// Reads an event mapping from YAML: every error at once, each with its line and column.
///
/// Keys: `entity` and `time` (columns), `features` (a list). A feature has a `name`, and of these what it needs: `meaning` (a
/// line for people), `where` (column: pattern, or a list of patterns; `*` at either end stands for anything), `hours`
/// (such as `19-7`: from 19:00 until 7:00), and one of `distinct`, `new` or `sum` (a column) where it does not count rows.
package struct EventMappingReader {
  package static let mostBytes = YAMLReader.mostBytes
  private static let keys = ["entity", "time", "features"]
  private static let featureKeys = ["name", "meaning", "where", "hours", "distinct", "new", "sum"]

  private let file: String
  private var problems: [PolicyProblem] = []

  private init(file: String) { self.file = file }

  /// The mapping, or one error that lists every problem.
  package static func read(_ bytes: [UInt8], file: String) throws(CordonError) -> EventMapping {
    var yaml = YAMLReader(file: file)
    var reader = EventMappingReader(file: file)
    let root = yaml.read(bytes)
    let mapping = root.flatMap { reader.mapping($0) }
    let problems = yaml.problems + reader.problems
    guard problems.isEmpty, let mapping else {
      throw CordonError(
        .invalid, "mapping-invalid",
        "\(file) is no event mapping:\n" + problems.map(\.description).joined(separator: "\n"),
        remedy: "See `cordon lab entities --help` for its keys.")
    }
    return mapping
  }

  private mutating func mapping(_ root: YAMLNode) -> EventMapping? {
    guard case .mapping(let pairs) = root.value else {
      return report(root, "", "expected a mapping with \(Self.keys.joined(separator: ", ")), found \(root.described)")
    }
    checkKeys(pairs, Self.keys, path: "")
    let entity = required("entity", in: pairs, of: root)
    let time = required("time", in: pairs, of: root)
    guard let list = value("features", in: pairs) else {
      return report(root, "features", "is missing: a list of features")
    }
    guard case .sequence(let nodes) = list.value, !nodes.isEmpty, nodes.count <= EventMappingReader.mostFeatures else {
      return report(list, "features", "expected a list of 1 to \(Self.mostFeatures) features, found \(list.described)")
    }
    let features = nodes.enumerated().compactMap { feature($1, path: "features[\($0)]") }
    guard let entity, let time else { return nil }
    return EventMapping(entity: entity, time: time, features: features)
  }

  /// What an entity's baseline holds.
  package static let mostFeatures = 48

  private mutating func feature(_ node: YAMLNode, path: String) -> EventMapping.Feature? {
    guard case .mapping(let pairs) = node.value else {
      return report(node, path, "expected a mapping with \(Self.featureKeys.joined(separator: ", "))")
    }
    checkKeys(pairs, Self.featureKeys, path: path)
    guard let name = text("name", in: pairs, path: path) else { return report(node, "\(path).name", "is missing") }
    var feature = EventMapping.Feature(name: name, meaning: text("meaning", in: pairs, path: path) ?? name)
    let measures = ["distinct", "new", "sum"].filter { value($0, in: pairs) != nil }
    if measures.count > 1 {
      return report(node, path, "has \(measures.joined(separator: " and ")): one feature has one measure")
    }
    if let measure = measures.first, let column = text(measure, in: pairs, path: path) {
      feature.measure =
        switch measure {
        case "distinct": .distinct(column: column)
        case "new": .new(column: column)
        default: .sum(column: column)
        }
    }
    if let hours = value("hours", in: pairs) { feature.hours = self.hours(hours, path: "\(path).hours") }
    if let conditions = value("where", in: pairs) {
      feature.conditions = self.conditions(conditions, path: "\(path).where")
    }
    return feature
  }

  private mutating func hours(_ node: YAMLNode, path: String) -> Set<Int>? {
    let words =
      scalar(node).map { $0.split(separator: "-", omittingEmptySubsequences: false).compactMap { Int($0) } } ?? []
    guard words.count == 2, words.allSatisfy({ (0...24).contains($0) }), words[0] % 24 != words[1] % 24 else {
      return report(node, path, "expected two hours such as 19-7, found \(node.described)")
    }
    let (from, until) = (words[0] % 24, words[1] % 24)
    return from < until ? Set(from..<until) : Set(from..<24).union(0..<until)
  }

  private mutating func conditions(_ node: YAMLNode, path: String) -> [EventMapping.Condition] {
    guard case .mapping(let pairs) = node.value else {
      return report(node, path, "expected columns with what they hold, found \(node.described)") ?? []
    }
    return pairs.compactMap { pair in
      let nodes: [YAMLNode]
      if case .sequence(let list) = pair.value.value { nodes = list } else { nodes = [pair.value] }
      let patterns = nodes.compactMap { scalar($0) }
      guard patterns.count == nodes.count, !patterns.isEmpty else {
        return report(
          pair.value, "\(path).\(pair.key)", "expected a text or a list of texts, found \(pair.value.described)")
      }
      return EventMapping.Condition(column: pair.key, patterns: patterns)
    }
  }

  // MARK: Nodes

  private func value(_ key: String, in pairs: [YAMLNode.Pair]) -> YAMLNode? { pairs.first { $0.key == key }?.value }

  private func scalar(_ node: YAMLNode) -> String? {
    if case .scalar(let text, _) = node.value { return text }
    return nil
  }

  private mutating func text(_ key: String, in pairs: [YAMLNode.Pair], path: String) -> String? {
    guard let node = value(key, in: pairs) else { return nil }
    guard let text = scalar(node), !text.isEmpty else {
      return report(node, "\(path).\(key)", "expected a text, found \(node.described)")
    }
    return text
  }

  private mutating func required(_ key: String, in pairs: [YAMLNode.Pair], of root: YAMLNode) -> String? {
    guard value(key, in: pairs) != nil else { return report(root, key, "is missing: the name of a column") }
    return text(key, in: pairs, path: "")
  }

  private mutating func checkKeys(_ pairs: [YAMLNode.Pair], _ allowed: [String], path: String) {
    for pair in pairs where !allowed.contains(pair.key) {
      let hint = Suggestion.closest(to: pair.key, among: allowed).map { "did you mean `\($0)`?" }
      problems.append(
        PolicyProblem(
          file: file, line: pair.keyLine, column: pair.keyColumn, path: path,
          message: "unknown key `\(YAMLNode.short(pair.key))`; "
            + (hint ?? "allowed here: \(allowed.joined(separator: ", "))")))
    }
  }

  /// Always nil, so that a caller can report and give up in one line.
  private mutating func report<Value>(_ node: YAMLNode, _ path: String, _ message: String) -> Value? {
    problems.append(
      PolicyProblem(file: file, line: node.line, column: node.column, path: path, message: message))
    return nil
  }
}
