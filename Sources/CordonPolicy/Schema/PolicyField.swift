package import CordonCore

/// One field of a policy's file: where it stands, what it may hold, and where it goes in a `Policy`.
package struct PolicyField: Sendable {
  /// Dotted, such as `tripwires.burst.within`.
  package let path: String
  package let kind: Kind
  /// One line.
  package let meaning: String
  package let isRequired: Bool
  package let read: @Sendable (Policy) -> Value
  /// Ignores a value of another kind: the compiler only passes what it checked.
  package let write: @Sendable (inout Policy, Value) -> Void

  /// What a field may hold.
  package enum Kind: Sendable, Hashable {
    case flag
    case integer(ClosedRange<UInt32>)
    case number(ClosedRange<Float>)
    case duration(ClosedRange<Duration>)
    case text(TextForm)
    /// At most so many different texts.
    case list(TextForm, most: Int)
    /// A number by action name.
    case budgets(ClosedRange<UInt32>)
    /// At most so many mappings with the fields of `PolicySchema.hostFields`.
    case hosts(most: Int)
    /// At most so many Sigma rules, from files and folders or written out.
    case sigmaRules(most: Int)
    /// At most so many mappings of logs.
    case mappings(most: Int)
  }

  /// What a field holds.
  package enum Value: Sendable, Hashable {
    case flag(Bool)
    case integer(UInt32)
    case number(Float)
    case duration(Duration)
    case text(String)
    case list([String])
    case budgets([Action.Name: UInt32])
    case hosts([Policy.HostFacts])
    case sigmaRules([SigmaRule])
    case mappings([RecordMapping])
  }

  /// The part after the last dot.
  package var name: String { String(path.split(separator: ".").last ?? "") }

  /// The part before the last dot; empty at the top.
  package var parent: String { path.split(separator: ".").dropLast().joined(separator: ".") }
}

extension PolicyField.Kind {
  /// What a schema table calls it.
  package var typeName: String {
    switch self {
    case .flag: "flag"
    case .integer: "integer"
    case .number: "number"
    case .duration: "duration"
    case .text(let form): form.typeName
    case .list(let form, _): "list of \(form.typeName)"
    case .budgets: "integer by action"
    case .hosts: "list of hosts"
    case .sigmaRules: "list of Sigma rules"
    case .mappings: "list of mappings"
    }
  }

  /// The values allowed, for people.
  package var range: String {
    switch self {
    case .flag: "true, false"
    case .integer(let range), .budgets(let range): "\(range.lowerBound)…\(range.upperBound)"
    case .number(let range): "\(PolicyField.text(range.lowerBound))…\(PolicyField.text(range.upperBound))"
    case .duration(let range):
      "\(DurationText.format(range.lowerBound))…\(DurationText.format(range.upperBound))"
    case .text(let form): form.allowed
    case .list(let form, let most): "\(form.allowed); at most \(most)"
    case .hosts(let most): "at most \(most)"
    case .sigmaRules(let most): "files, folders or rules; at most \(most) rules"
    case .mappings(let most): "at most \(most)"
    }
  }
}

extension PolicyField {
  /// A number without a trailing `.0`.
  package static func text(_ number: Float) -> String {
    number == number.rounded() && number.magnitude < 1e6 ? "\(Int(number))" : "\(number)"
  }
}
