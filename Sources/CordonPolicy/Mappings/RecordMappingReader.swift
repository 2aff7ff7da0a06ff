package import CordonCore

/// Reads mappings of logs from YAML: every error at once, each with its line and column.
///
/// Keys: the texts of `PolicySchema.mappingFields`; `paths`, absolute files and folders; `format` (`json`, `csv`,
/// `csv-semicolon`, `csv-tab`); `activities`, what a word means: a meaning with its word or words; `failures`, words of
/// the outcome.
package struct RecordMappingReader {
  package static let mostBytes = YAMLReader.mostBytes
  private static let ownKeys = ["paths", "format", "activities", "failures"]

  private let file: String
  private(set) var problems: [PolicyProblem] = []

  init(file: String) { self.file = file }

  /// The one mapping of a file, or that of a name among a policy's; throws an error that lists every problem.
  package static func read(_ bytes: [UInt8], file: String, name: String? = nil) throws(CordonError) -> RecordMapping {
    var yaml = YAMLReader(file: file)
    var reader = RecordMappingReader(file: file)
    let found = yaml.read(bytes).map { reader.mappings(in: $0) } ?? []
    let problems = yaml.problems + reader.problems
    guard problems.isEmpty else {
      throw CordonError(
        .invalid, "mapping-invalid",
        "\(file) holds no sound mapping:\n" + problems.map(\.description).joined(separator: "\n"),
        remedy: "See `cordon policy test-mapping --help` for its keys.")
    }
    let chosen = name.map { name in found.filter { $0.name == name } } ?? found
    guard chosen.count == 1 else {
      let names = found.map(\.name).joined(separator: ", ")
      throw CordonError(
        .missing, "mapping-missing",
        name.map { "\(file) holds no mapping \($0)." } ?? "\(file) holds \(found.count) mappings.",
        remedy: names.isEmpty ? "Write one below `mappings:`." : "Choose one with --name: \(names).")
    }
    return chosen[0]
  }

  /// A policy's, or the document itself.
  private mutating func mappings(in root: YAMLNode) -> [RecordMapping] {
    guard case .mapping(let pairs) = root.value, let list = pairs.first(where: { $0.key == "mappings" })?.value,
      case .sequence(let nodes) = list.value
    else { return [mapping(root, path: "")].compactMap(\.self) }
    return nodes.enumerated().compactMap { mapping($1, path: "mappings[\($0)]") }
  }

  /// One mapping; nil where something of it is wrong.
  mutating func mapping(_ node: YAMLNode, path: String) -> RecordMapping? {
    let keys = PolicySchema.mappingFields.map(\.name) + Self.ownKeys
    guard case .mapping(let pairs) = node.value else {
      return report(node, path, "expected a mapping with \(keys.joined(separator: ", ")), found \(node.described)")
    }
    let before = problems.count
    checkKeys(pairs, keys, path: path)
    var mapping = RecordMapping(name: "", time: "", user: "", activities: [])
    for field in PolicySchema.mappingFields {
      let below = join(path, field.name)
      if let value = pairs.first(where: { $0.key == field.name })?.value {
        if let text = text(value, below, field.form) { mapping[keyPath: field.place] = text }
      } else if field.isRequired {
        report(node, below, "is missing: \(field.meaning)")
      }
    }
    for pair in pairs {
      let below = join(path, pair.key)
      switch pair.key {
      case "paths": mapping.paths = texts(pair.value, below, .absolutePath, most: RecordMapping.mostPaths)
      case "failures": mapping.failures = patterns(pair.value, below)
      case "activities": mapping.activities = words(pair.value, below)
      case "format": if let format = format(pair.value, below) { mapping.format = format }
      default: break
      }
    }
    check(mapping, node, path)
    return problems.count == before ? mapping : nil
  }

  /// What several keys say together.
  private mutating func check(_ mapping: RecordMapping, _ node: YAMLNode, _ path: String) {
    if mapping.activities.isEmpty {
      report(node, join(path, "activities"), "is missing: what a line means, such as `log-on: [login]`")
    }
    if mapping.activity.isEmpty, mapping.activities.contains(where: { $0.patterns != ["*"] }) {
      report(node, join(path, "activity"), "is missing: the field whose words `activities` explains; without it: `*`")
    }
    let meanings = mapping.activities.map(\.meaning)
    if mapping.time.isEmpty, mapping.activities.isEmpty || meanings.contains(where: \.needsTime) {
      report(node, join(path, "time"), "is missing: field of when it happened")
    }
    if mapping.user.isEmpty, mapping.activities.isEmpty || meanings.contains(where: \.needsUser) {
      report(node, join(path, "user"), "is missing: field of who did it")
    }
    if mapping.patient.isEmpty, meanings.contains(where: { $0 == .care || $0 == .patient }) {
      report(node, join(path, "patient"), "is missing: whose it is")
    }
    if mapping.user.isEmpty, mapping.planning.group.isEmpty, meanings.contains(.care) {
      report(node, join(path, "user"), "is missing, and so is `group`: one of them cares for the patient")
    }
    if mapping.planning.group.isEmpty, meanings.contains(.membership) {
      report(node, join(path, "group"), "is missing: what the user belongs to")
    }
    if !mapping.failures.isEmpty, mapping.outcome.isEmpty {
      report(node, join(path, "outcome"), "is missing: the field whose words `failures` lists")
    }
    let needsObject: Set<RecordMapping.Meaning> = [.processStart, .connect, .fileOpen, .fileWrite, .fileDelete]
    if mapping.object.isEmpty, let word = mapping.activities.first(where: { needsObject.contains($0.meaning) }) {
      report(node, join(path, "object"), "is missing: \(word.meaning.rawValue) has one")
    }
  }

  private mutating func format(_ node: YAMLNode, _ path: String) -> RecordMapping.Format? {
    let names = RecordMapping.Format.allCases.map(\.rawValue)
    guard case .scalar(let text, _) = node.value, let format = RecordMapping.Format(rawValue: text) else {
      return report(node, path, "expected one of \(names.joined(separator: ", ")), found \(node.described)")
    }
    return format
  }

  private mutating func words(_ node: YAMLNode, _ path: String) -> [RecordMapping.Word] {
    let names = RecordMapping.Meaning.allCases.map(\.rawValue)
    guard case .mapping(let pairs) = node.value else {
      report(node, path, "expected meanings with their words, such as `log-on: [login]`, found \(node.described)")
      return []
    }
    checkKeys(pairs, names, path: path)
    return pairs.compactMap { pair in
      guard let meaning = RecordMapping.Meaning(rawValue: pair.key) else { return nil }
      return RecordMapping.Word(meaning: meaning, patterns: patterns(pair.value, join(path, pair.key)))
    }
  }

  /// A word or a list of words.
  private mutating func patterns(_ node: YAMLNode, _ path: String) -> [String] {
    let form = TextForm.free(most: RecordMapping.mostTextBytes)
    if case .scalar = node.value { return text(node, path, form).map { [$0] } ?? [] }
    return texts(node, path, form, most: RecordMapping.mostPatterns)
  }

  // MARK: Nodes

  private mutating func texts(_ node: YAMLNode, _ path: String, _ form: TextForm, most: Int) -> [String] {
    guard case .sequence(let nodes) = node.value, nodes.count <= most else {
      report(node, path, "expected a list of at most \(most), found \(node.described)")
      return []
    }
    return nodes.enumerated().compactMap { text($1, "\(path)[\($0)]", form) }
  }

  private mutating func text(_ node: YAMLNode, _ path: String, _ form: TextForm) -> String? {
    guard case .scalar(let text, _) = node.value else {
      return report(node, path, "expected \(form.allowed), found \(node.described)")
    }
    switch form.check(text) {
    case .success(let canonical): return canonical
    case .failure(let problem): return report(node, path, "\(node.described) \(problem.reason)")
    }
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

  private func join(_ path: String, _ name: String) -> String { path.isEmpty ? name : "\(path).\(name)" }

  /// Always nil, so that a caller can report and give up in one line.
  private mutating func report<Value>(_ node: YAMLNode, _ path: String, _ message: String) -> Value? {
    note(node, path, message)
    return nil
  }

  private mutating func report(_ node: YAMLNode, _ path: String, _ message: String) { note(node, path, message) }

  private mutating func note(_ node: YAMLNode, _ path: String, _ message: String) {
    problems.append(PolicyProblem(file: file, line: node.line, column: node.column, path: path, message: message))
  }
}
