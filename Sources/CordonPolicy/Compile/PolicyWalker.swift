import CordonCore

/// Walks a document beside the schema and gathers a policy and every problem.
struct PolicyWalker {
  let file: String
  private(set) var policy = Policy(serial: 0, name: "", group: "", issued: .epoch)
  private(set) var problems: [PolicyProblem] = []
  /// Where each field and section was written, for rules over several fields.
  private var places: [String: (line: Int, column: Int)] = [:]

  private let rules: SigmaRuleFiles

  init(file: String, rules: SigmaRuleFiles) {
    self.file = file
    self.rules = rules
  }

  mutating func walk(_ root: YAMLNode) {
    switch root.value {
    case .mapping(let pairs): section(pairs, path: "")
    case .absent: break
    default: report(root, "", "expected a mapping of fields such as `name: …`, found \(root.described)")
    }
    for field in PolicySchema.fields where field.isRequired && places[field.path] == nil {
      problems.append(
        PolicyProblem(file: file, line: 1, column: 1, path: field.path, message: "is missing: \(field.meaning)"))
    }
    checkTogether()
  }

  private mutating func section(_ pairs: [YAMLNode.Pair], path: String) {
    for pair in pairs {
      let below = path.isEmpty ? pair.key : "\(path).\(pair.key)"
      let names = PolicySchema.names(under: path)
      guard names.contains(pair.key) else {
        unknown(pair, path: below, among: names)
        continue
      }
      places[below] = (pair.keyLine, pair.keyColumn)
      if let field = PolicySchema.field(at: below) {
        if let value = value(of: field, in: pair.value) { field.write(&policy, value) }
        continue
      }
      switch pair.value.value {
      case .mapping(let inner): section(inner, path: below)
      case .absent: break
      default:
        let inside = PolicySchema.names(under: below).joined(separator: ", ")
        report(pair.value, below, "expected a mapping with \(inside), found \(pair.value.described)")
      }
    }
  }

  private mutating func unknown(_ pair: YAMLNode.Pair, path: String, among names: [String]) {
    let hint: String
    if let closest = Suggestion.closest(to: pair.key, among: names) {
      hint = "; did you mean `\(closest)`?"
    } else if let elsewhere = PolicySchema.fields.first(where: { $0.name == pair.key }) {
      hint = "; `\(pair.key)` belongs in `\(elsewhere.parent)`"
    } else {
      hint = "; allowed here: \(names.joined(separator: ", "))"
    }
    problems.append(
      PolicyProblem(
        file: file, line: pair.keyLine, column: pair.keyColumn, path: YAMLNode.short(path),
        message: "unknown key `\(YAMLNode.short(pair.key))`\(hint)"))
  }

  private mutating func report(_ node: YAMLNode, _ path: String, _ message: String) {
    problems.append(
      PolicyProblem(file: file, line: node.line, column: node.column, path: path, message: message))
  }

  // MARK: Values

  private mutating func value(of field: PolicyField, in node: YAMLNode) -> PolicyField.Value? {
    switch field.kind {
    case .flag: flag(field, node)
    case .integer(let range): integer(field.path, node, range).map(PolicyField.Value.integer)
    case .number(let range): number(field, node, range)
    case .duration(let range): duration(field, node, range)
    case .text(let form): text(field.path, node, form).map(PolicyField.Value.text)
    case .list(let form, let most): list(field, node, form, most: most)
    case .budgets(let range): budgets(field, node, range)
    case .hosts(let most): hosts(field, node, most: most)
    case .sigmaRules(let most): sigmaRules(field, node, most: most)
    case .mappings(let most): mappings(field, node, most: most)
    }
  }

  private mutating func mismatch<T>(_ path: String, _ node: YAMLNode, _ expected: String, _ hint: String? = nil) -> T? {
    let question = hint.map { "; did you mean `\($0)`?" } ?? ""
    report(node, path, "expected \(expected), found \(node.described)\(question)")
    return nil
  }

  private mutating func flag(_ field: PolicyField, _ node: YAMLNode) -> PolicyField.Value? {
    guard case .scalar(let text, let isPlain) = node.value else { return mismatch(field.path, node, "true or false") }
    switch (text, isPlain) {
    case ("true", true): return .flag(true)
    case ("false", true): return .flag(false)
    default:
      let hints = [
        "yes": "true", "on": "true", "true": "true", "1": "true", "no": "false", "off": "false", "false": "false",
        "0": "false",
      ]
      let hint = hints[text.lowercased()] ?? Suggestion.closest(to: text, among: ["true", "false"])
      return mismatch(field.path, node, "true or false", hint)
    }
  }

  private mutating func integer(_ path: String, _ node: YAMLNode, _ range: ClosedRange<UInt32>) -> UInt32? {
    let expected = "a whole number from \(range.lowerBound) to \(range.upperBound)"
    guard case .scalar(let text, true) = node.value, let number = UInt32(text), range.contains(number),
      text.allSatisfy(\.isNumber)
    else { return mismatch(path, node, expected) }
    return number
  }

  private mutating func number(
    _ field: PolicyField, _ node: YAMLNode, _ range: ClosedRange<Float>
  ) -> PolicyField.Value? {
    let expected = "a number from \(PolicyField.text(range.lowerBound)) to \(PolicyField.text(range.upperBound))"
    guard case .scalar(let text, true) = node.value, let number = Float(text), range.contains(number),
      text.allSatisfy({ $0.isNumber || $0 == "." })
    else { return mismatch(field.path, node, expected) }
    return .number(number)
  }

  private mutating func duration(
    _ field: PolicyField, _ node: YAMLNode, _ range: ClosedRange<Duration>
  ) -> PolicyField.Value? {
    let lowest = DurationText.format(range.lowerBound)
    let expected = "a duration from \(lowest) to \(DurationText.format(range.upperBound)), such as 90s or 1h30m"
    guard case .scalar(let text, _) = node.value else { return mismatch(field.path, node, expected) }
    guard let duration = DurationText.parse(text), range.contains(duration) else {
      // A bare number lacks its unit, which for people is seconds more often than not.
      let hint = DurationText.parse("\(text)s").flatMap { range.contains($0) ? "\(text)s" : nil }
      return mismatch(field.path, node, expected, hint)
    }
    return .duration(duration)
  }

  private mutating func text(_ path: String, _ node: YAMLNode, _ form: TextForm) -> String? {
    guard case .scalar(let text, _) = node.value else {
      if case .absent = node.value, form.allowsEmpty { return "" }
      return mismatch(path, node, form.allowed)
    }
    switch form.check(text) {
    case .success(let canonical): return canonical
    case .failure(let problem):
      let question = problem.suggestion.map { "; did you mean `\($0)`?" } ?? ""
      report(node, path, "\(node.described) \(problem.reason)\(question)")
      return nil
    }
  }

  private mutating func elements(_ path: String, _ node: YAMLNode, _ what: String, most: Int) -> [YAMLNode]? {
    switch node.value {
    case .absent: return []
    case .sequence(let elements) where elements.count <= most: return elements
    case .sequence(let elements):
      report(node, path, "has \(elements.count) elements; at most \(most) are allowed")
      return nil
    default: return mismatch(path, node, "a list of \(what)")
    }
  }

  private mutating func list(
    _ field: PolicyField, _ node: YAMLNode, _ form: TextForm, most: Int
  ) -> PolicyField.Value? {
    guard let elements = elements(field.path, node, form.typeName + "s", most: most) else { return nil }
    var texts: [String] = []
    var seen: [String: Int] = [:]
    for (index, element) in elements.enumerated() {
      let path = "\(field.path)[\(index)]"
      guard let text = text(path, element, form) else { continue }
      if let line = seen[text] {
        report(element, path, "`\(YAMLNode.short(text))` is listed twice; it was first on line \(line)")
      } else {
        seen[text] = element.line
        texts.append(text)
      }
    }
    return .list(texts)
  }

  private mutating func budgets(
    _ field: PolicyField, _ node: YAMLNode, _ range: ClosedRange<UInt32>
  ) -> PolicyField.Value? {
    let names = Action.Name.allCases.map(\.rawValue)
    if case .absent = node.value { return .budgets([:]) }
    guard case .mapping(let pairs) = node.value else {
      return mismatch(field.path, node, "a mapping such as `suspend-process: 5`")
    }
    var budgets: [Action.Name: UInt32] = [:]
    for pair in pairs {
      let path = "\(field.path).\(YAMLNode.short(pair.key))"
      guard let action = Action.Name(rawValue: pair.key) else {
        unknown(pair, path: path, among: names)
        continue
      }
      if let number = integer(path, pair.value, range) { budgets[action] = number }
    }
    return .budgets(budgets)
  }

  private mutating func hosts(_ field: PolicyField, _ node: YAMLNode, most: Int) -> PolicyField.Value? {
    guard let elements = elements(field.path, node, "hosts", most: most) else { return nil }
    var hosts: [Policy.HostFacts] = []
    var seen: [String: Int] = [:]
    for (index, element) in elements.enumerated() {
      let path = "\(field.path)[\(index)]"
      guard let host = host(path, element) else { continue }
      if let line = seen[host.label] {
        report(element, path, "the host `\(YAMLNode.short(host.label))` is listed twice; it was first on line \(line)")
      } else {
        seen[host.label] = element.line
        hosts.append(host)
      }
    }
    return .hosts(hosts)
  }

  private mutating func host(_ path: String, _ node: YAMLNode) -> Policy.HostFacts? {
    let names = PolicySchema.hostFields.map(\.name)
    guard case .mapping(let pairs) = node.value else {
      return mismatch(path, node, "a mapping with \(names.joined(separator: ", "))")
    }
    var values: [String: String] = [:]
    for pair in pairs {
      guard let field = PolicySchema.hostFields.first(where: { $0.name == pair.key }) else {
        unknown(pair, path: "\(path).\(pair.key)", among: names)
        continue
      }
      // A value that was refused is there all the same: it is not missing too.
      values[field.name] = text("\(path).\(field.name)", pair.value, field.form) ?? values[field.name, default: "\0"]
    }
    for field in PolicySchema.hostFields where field.isRequired && values[field.name] == nil {
      report(node, "\(path).\(field.name)", "is missing: \(field.meaning)")
    }
    guard let label = values["label"], label != "\0", let criticality = Criticality(text: values["criticality"] ?? "")
    else { return nil }
    let area = values["clinical_area"] ?? ""
    return Policy.HostFacts(label: label, criticality: criticality, clinicalArea: area == "\0" ? "" : area)
  }

  private mutating func sigmaRules(_ field: PolicyField, _ node: YAMLNode, most: Int) -> PolicyField.Value? {
    guard let elements = elements(field.path, node, "files, folders or rules", most: most) else { return nil }
    var collection = SigmaRuleCollection(policy: file, files: rules)
    for (index, element) in elements.enumerated() { collection.add(element, path: "\(field.path)[\(index)]") }
    problems += collection.problems
    return .sigmaRules(collection.rules)
  }

  private mutating func mappings(_ field: PolicyField, _ node: YAMLNode, most: Int) -> PolicyField.Value? {
    guard let elements = elements(field.path, node, "mappings", most: most) else { return nil }
    var reader = RecordMappingReader(file: file)
    var mappings: [RecordMapping] = []
    for (index, element) in elements.enumerated() {
      let path = "\(field.path)[\(index)]"
      guard let mapping = reader.mapping(element, path: path) else { continue }
      if mapping.paths.isEmpty { report(element, "\(path).paths", "is missing: the files that are read") }
      if mappings.contains(where: { $0.name == mapping.name }) {
        report(element, "\(path).name", "the mapping `\(YAMLNode.short(mapping.name))` is listed twice")
      } else {
        mappings.append(mapping)
      }
    }
    problems += reader.problems
    return .mappings(mappings)
  }

  // MARK: Rules over several fields

  private mutating func checkTogether() {
    func at(_ path: String, _ severity: PolicyProblem.Severity, _ message: String) -> PolicyProblem {
      let place = places[path] ?? (1, 1)
      return PolicyProblem(
        severity, file: file, line: place.line, column: place.column, path: path, message: message)
    }
    let containment = policy.containment
    if policy.windows.hostLateness >= policy.windows.length {
      problems.append(at("windows.host_lateness", .error, "must be less than windows.length"))
    }
    if policy.ehr.isEnabled, policy.ehr.paths.isEmpty, policy.ehr.listen.isEmpty {
      problems.append(
        at("sensors.ehr.paths", .error, "is empty, as is sensors.ehr.listen, but sensors.ehr.enabled is true"))
    }
    if policy.ehr.listen.contains(where: { Listener($0)?.transport.isSecure == true }) {
      for (name, value) in [
        ("tls_certificate", policy.ehr.tlsCertificate), ("tls_key", policy.ehr.tlsKey),
        ("tls_authorities", policy.ehr.tlsAuthorities),
      ] where !value.hasPrefix("/") {
        let message = "is no absolute path, but sensors.ehr.listen names a listener with TLS"
        problems.append(at("sensors.ehr.\(name)", .error, message))
      }
    }
    let followed = [("windows", policy.logs.windows), ("zeek", policy.logs.zeek), ("suricata", policy.logs.suricata)]
    for (name, logs) in followed where logs.isEnabled && logs.paths.isEmpty {
      problems.append(at("sensors.\(name).paths", .error, "is empty, but sensors.\(name).enabled is true"))
    }
    if !containment.isEnabled, containment.reflex.isEnabled {
      problems.append(at("containment.reflex.enabled", .warning, "has no effect while containment.enabled is false"))
    }
    if !containment.isEnabled, containment.standing.isEnabled {
      problems.append(at("containment.standing.enabled", .warning, "has no effect while containment.enabled is false"))
    }
    if containment.reflex.isEnabled, containment.reflex.actions.isEmpty {
      problems.append(at("containment.reflex.actions", .error, "is empty, but containment.reflex.enabled is true"))
    }
    if containment.standing.isEnabled, containment.standing.budgets.isEmpty {
      problems.append(at("containment.standing.budgets", .error, "is empty, but containment.standing.enabled is true"))
    }
    if containment.isEnabled, policy.interlock.hosts.isEmpty {
      problems.append(
        at("interlock.hosts", .warning, "is empty: every host counts as life-sustaining, and automation acts on none"))
    }
    if policy.file.isEnabled, policy.file.paths.isEmpty {
      problems.append(at("sensors.file.paths", .warning, "is empty: the file sensor watches nothing"))
    }
    for (path, severity, message) in settleRules() { problems.append(at(path, severity, message)) }
  }

  /// Leaves out the Sigma rules that the policy does not want, and says what is odd about those that stay.
  private mutating func settleRules() -> [(path: String, severity: PolicyProblem.Severity, message: String)] {
    var found: [(path: String, severity: PolicyProblem.Severity, message: String)] = []
    let given = Set(policy.sigma.rules.map(\.id))
    let (level, disabled) = (policy.sigma.level, Set(policy.sigma.disabled))
    policy.sigma.rules.removeAll { $0.severity < level || disabled.contains($0.id) }
    let kept = Set(policy.sigma.rules.map(\.id))
    if kept.count > SigmaRule.mostRules {
      found.append(
        ("sigma.rules", .error, "has \(kept.count) rules; at most \(SigmaRule.mostRules) are allowed"))
    }
    for id in disabled.subtracting(given).sorted() where !given.isEmpty {
      found.append(("sigma.disabled", .warning, "names \(id), which no rule has"))
    }
    for id in Set(policy.sigma.reflex).subtracting(kept).sorted() {
      found.append(("sigma.reflex", .warning, "names \(id), which no rule in use has"))
    }
    if !policy.sigma.reflex.isEmpty, !policy.containment.reflex.isEnabled || !policy.containment.isEnabled {
      found.append(("sigma.reflex", .warning, "has no effect while containment and its reflex are not enabled"))
    }
    return found
  }
}
