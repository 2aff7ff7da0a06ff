import CordonCore

// Each maker ties a path of the file to a property of `Policy`, so that reading, writing, defaults, differences and the
// documentation all come from one row.
extension PolicyField {
  typealias Place<Value> = WritableKeyPath<Policy, Value> & Sendable

  static func flag(_ path: String, _ place: any Place<Bool>, _ meaning: String) -> PolicyField {
    PolicyField(path: path, kind: .flag, meaning: meaning, isRequired: false) {
      .flag($0[keyPath: place])
    } write: { policy, value in
      if case .flag(let flag) = value { policy[keyPath: place] = flag }
    }
  }

  static func integer(
    _ path: String, _ place: any Place<UInt32>, _ range: ClosedRange<UInt32>, _ meaning: String
  ) -> PolicyField {
    PolicyField(path: path, kind: .integer(range), meaning: meaning, isRequired: false) {
      .integer($0[keyPath: place])
    } write: { policy, value in
      if case .integer(let number) = value { policy[keyPath: place] = number }
    }
  }

  static func number(
    _ path: String, _ place: any Place<Float>, _ range: ClosedRange<Float>, _ meaning: String
  ) -> PolicyField {
    PolicyField(path: path, kind: .number(range), meaning: meaning, isRequired: false) {
      .number($0[keyPath: place])
    } write: { policy, value in
      if case .number(let number) = value { policy[keyPath: place] = number }
    }
  }

  static func duration(
    _ path: String, _ place: any Place<Duration>, _ range: ClosedRange<Duration>, _ meaning: String
  ) -> PolicyField {
    PolicyField(path: path, kind: .duration(range), meaning: meaning, isRequired: false) {
      .duration($0[keyPath: place])
    } write: { policy, value in
      if case .duration(let duration) = value { policy[keyPath: place] = duration }
    }
  }

  static func text(
    _ path: String, _ place: any Place<String>, _ form: TextForm, required: Bool = false, _ meaning: String
  ) -> PolicyField {
    PolicyField(path: path, kind: .text(form), meaning: meaning, isRequired: required) {
      .text($0[keyPath: place])
    } write: { policy, value in
      if case .text(let text) = value { policy[keyPath: place] = text }
    }
  }

  static func list(
    _ path: String, _ place: any Place<[String]>, _ form: TextForm, most: Int, _ meaning: String
  ) -> PolicyField {
    PolicyField(path: path, kind: .list(form, most: most), meaning: meaning, isRequired: false) {
      .list($0[keyPath: place])
    } write: { policy, value in
      if case .list(let texts) = value { policy[keyPath: place] = texts }
    }
  }

  static func actions(
    _ path: String, _ place: any Place<Set<Action.Name>>, among names: [Action.Name], _ meaning: String
  ) -> PolicyField {
    let kind = Kind.list(.action(among: names), most: names.count)
    return PolicyField(path: path, kind: kind, meaning: meaning, isRequired: false) {
      .list($0[keyPath: place].map(\.rawValue).sorted())
    } write: { policy, value in
      if case .list(let texts) = value { policy[keyPath: place] = Set(texts.compactMap(Action.Name.init(rawValue:))) }
    }
  }

  static func sealedNames(
    _ path: String, _ place: any Place<[SealedEntity]>, most: Int, _ meaning: String
  ) -> PolicyField {
    PolicyField(path: path, kind: .list(.sealedName, most: most), meaning: meaning, isRequired: false) {
      .list($0[keyPath: place].map(\.policyText))
    } write: { policy, value in
      if case .list(let texts) = value { policy[keyPath: place] = texts.compactMap(SealedEntity.init(policyText:)) }
    }
  }

  static func canaries(
    _ path: String, _ place: any Place<[CanaryWindow]>, most: Int, _ meaning: String
  ) -> PolicyField {
    PolicyField(path: path, kind: .list(.canary, most: most), meaning: meaning, isRequired: false) {
      .list($0[keyPath: place].map(\.text))
    } write: { policy, value in
      if case .list(let texts) = value { policy[keyPath: place] = texts.compactMap(CanaryWindow.init(text:)) }
    }
  }

  static func expectations(
    _ path: String, _ place: any Place<[ExpectedActivity]>, most: Int, _ meaning: String
  ) -> PolicyField {
    PolicyField(path: path, kind: .list(.expected, most: most), meaning: meaning, isRequired: false) {
      .list($0[keyPath: place].map(\.text))
    } write: { policy, value in
      if case .list(let texts) = value { policy[keyPath: place] = texts.compactMap(ExpectedActivity.init(text:)) }
    }
  }

  static func budgets(
    _ path: String, _ place: any Place<[Action.Name: UInt32]>, _ range: ClosedRange<UInt32>, _ meaning: String
  ) -> PolicyField {
    PolicyField(path: path, kind: .budgets(range), meaning: meaning, isRequired: false) {
      .budgets($0[keyPath: place])
    } write: { policy, value in
      if case .budgets(let budgets) = value { policy[keyPath: place] = budgets }
    }
  }

  static func profile(
    _ path: String, _ place: any Place<PolicyProfile>, _ meaning: String
  ) -> PolicyField {
    PolicyField(path: path, kind: .text(.profile), meaning: meaning, isRequired: false) {
      .text($0[keyPath: place].rawValue)
    } write: { policy, value in
      if case .text(let text) = value, let profile = PolicyProfile(rawValue: text) { policy[keyPath: place] = profile }
    }
  }

  static func severity(
    _ path: String, _ place: any Place<Severity>, _ meaning: String
  ) -> PolicyField {
    PolicyField(path: path, kind: .text(.severity), meaning: meaning, isRequired: false) {
      .text($0[keyPath: place].sigmaLevel)
    } write: { policy, value in
      if case .text(let text) = value, let severity = Severity(sigmaLevel: text) { policy[keyPath: place] = severity }
    }
  }

  static func sigmaRules(
    _ path: String, _ place: any Place<[SigmaRule]>, most: Int, _ meaning: String
  ) -> PolicyField {
    PolicyField(path: path, kind: .sigmaRules(most: most), meaning: meaning, isRequired: false) {
      .sigmaRules($0[keyPath: place])
    } write: { policy, value in
      if case .sigmaRules(let rules) = value { policy[keyPath: place] = rules }
    }
  }

  static func mappings(
    _ path: String, _ place: any Place<[RecordMapping]>, most: Int, _ meaning: String
  ) -> PolicyField {
    PolicyField(path: path, kind: .mappings(most: most), meaning: meaning, isRequired: false) {
      .mappings($0[keyPath: place])
    } write: { policy, value in
      if case .mappings(let mappings) = value { policy[keyPath: place] = mappings }
    }
  }

  static func hosts(
    _ path: String, _ place: any Place<[Policy.HostFacts]>, most: Int, _ meaning: String
  ) -> PolicyField {
    PolicyField(path: path, kind: .hosts(most: most), meaning: meaning, isRequired: false) {
      .hosts($0[keyPath: place])
    } write: { policy, value in
      if case .hosts(let hosts) = value { policy[keyPath: place] = hosts }
    }
  }
}
