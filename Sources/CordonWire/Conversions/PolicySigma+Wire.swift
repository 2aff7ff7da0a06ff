package import CordonCore

extension Cordon_V1_SigmaPolicy {
  package init(_ sigma: Policy.Sigma) {
    self.init()
    enabled = sigma.isEnabled
    level = Cordon_V1_Severity(rawValue: Int(sigma.level.rawValue)) ?? .unspecified
    dailyCap = sigma.dailyCap
    disabled = sigma.disabled
    reflex = sigma.reflex
    rules = sigma.rules.map { Cordon_V1_SigmaRule($0) }
  }

  package func domain() throws(CordonError) -> Policy.Sigma {
    var sigma = Policy.Sigma()
    sigma.isEnabled = enabled
    sigma.level = try Bounded.known(level.rawValue, as: Severity.self, "sigma.level")
    sigma.dailyCap = dailyCap
    sigma.disabled = try PolicyBounds.names(disabled, "sigma.disabled")
    sigma.reflex = try PolicyBounds.names(reflex, "sigma.reflex")
    for rule in try Bounded.list(rules, "sigma.rules", most: SigmaRule.mostRules) {
      sigma.rules.append(try rule.domain())
    }
    return sigma
  }
}

extension Cordon_V1_SigmaRule {
  /// Numbers of the steps that are no test's; a test's is its index above them.
  private enum StepNumber {
    static let not: UInt32 = 0
    static let and: UInt32 = 1
    static let or: UInt32 = 2
    static let firstTest: UInt32 = 3
  }

  package init(_ rule: SigmaRule) {
    self.init()
    id = rule.id
    title = rule.title
    severity = Cordon_V1_Severity(rawValue: Int(rule.severity.rawValue)) ?? .unspecified
    techniques = rule.techniques
    source = Cordon_V1_SigmaSource(rawValue: Int(rule.source.rawValue)) ?? .unspecified
    tests = rule.tests.map { Cordon_V1_SigmaTest($0) }
    condition = rule.condition.map { step in
      switch step {
      case .not: StepNumber.not
      case .and: StepNumber.and
      case .or: StepNumber.or
      case .test(let index): StepNumber.firstTest + UInt32(clamping: index)
      }
    }
  }

  /// The rule, where it is sound: a rule that could not be worked out whole must not be passed over.
  package func domain() throws(CordonError) -> SigmaRule {
    var tests: [SigmaTest] = []
    for test in try Bounded.list(self.tests, "sigma.rules.tests", most: SigmaRule.mostTests) {
      tests.append(try test.domain())
    }
    let steps = try Bounded.list(condition, "sigma.rules.condition", most: SigmaRule.mostSteps)
    let rule = SigmaRule(
      id: try Bounded.text(id, "sigma.rules.id", most: SigmaRule.mostIDBytes),
      title: try Bounded.text(title, "sigma.rules.title", most: SigmaRule.mostTitleBytes),
      severity: try Bounded.known(severity.rawValue, as: Severity.self, "sigma.rules.severity"),
      techniques: try Bounded.list(techniques, "sigma.rules.techniques", most: SigmaRule.mostTechniques),
      source: try Bounded.known(source.rawValue, as: SigmaSource.self, "sigma.rules.source"), tests: tests,
      condition: steps.map { number in
        switch number {
        case StepNumber.not: .not
        case StepNumber.and: .and
        case StepNumber.or: .or
        default: .test(Int(number - StepNumber.firstTest))
        }
      })
    guard rule.isSound else {
      throw CordonError(.invalid, "malformed", "sigma.rules has a rule that is past a bound or has no outcome.")
    }
    return rule
  }
}

extension Cordon_V1_SigmaTest {
  package init(_ test: SigmaTest) {
    self.init()
    field = UInt32(test.field.rawValue)
    switch test.match {
    case .text(let pattern, let isCased): match = isCased ? .casedText(pattern.text) : .text(pattern.text)
    case .expression(let pattern, let options):
      expression.pattern = pattern
      expression.options = UInt32(options.rawValue)
    case .network(let network): self.network = network.description
    case .number(let comparison, let value):
      number.comparison = UInt32(comparison.rawValue)
      number.value = value
    case .exists: presence = true
    case .empty: presence = false
    }
  }

  package func domain() throws(CordonError) -> SigmaTest {
    SigmaTest(
      try Bounded.known(Int(clamping: field), as: SigmaField.self, "sigma.rules.tests.field"), try matchDomain())
  }

  private func matchDomain() throws(CordonError) -> SigmaMatch {
    switch match {
    case .text(let text): .text(try Self.pattern(text), isCased: false)
    case .casedText(let text): .text(try Self.pattern(text), isCased: true)
    case .expression(let expression): try expression.domain()
    case .network(let text):
      try Self.network(text)
    case .number(let number):
      .number(
        try Bounded.known(
          Int(clamping: number.comparison), as: SigmaComparison.self, "sigma.rules.tests.number.comparison"),
        number.value)
    case .presence(let isThere): isThere ? .exists : .empty
    case nil: throw CordonError(.invalid, "malformed", "sigma.rules has a test that asks nothing.")
    }
  }

  private static func network(_ text: String) throws(CordonError) -> SigmaMatch {
    guard let network = IPNetwork(try Bounded.text(text, "sigma.rules.tests.network")) else {
      throw CordonError(.invalid, "malformed", "sigma.rules has a network that is none.")
    }
    return .network(network)
  }

  private static func pattern(_ text: String) throws(CordonError) -> SigmaPattern {
    SigmaPattern(try Bounded.text(text, "sigma.rules.tests.text", most: SigmaPattern.mostBytes))
  }
}

extension Cordon_V1_SigmaExpression {
  fileprivate func domain() throws(CordonError) -> SigmaMatch {
    guard let raw = UInt8(exactly: options), SigmaExpressionOptions.all.contains(.init(rawValue: raw)) else {
      throw CordonError(.invalid, "unknown-value", "sigma.rules.tests.expression has options that are not known.")
    }
    let text = try Bounded.text(pattern, "sigma.rules.tests.expression", most: SigmaMatch.mostExpressionBytes)
    return .expression(text, .init(rawValue: raw))
  }
}
