import CordonCore

/// What a policy's Sigma rules ask for: of anything else, nothing is kept for them.
struct RuleInterest: Sendable {
  private var sources: [Bool]
  private var fields: [Bool]

  /// Of rules that are not known yet.
  static let everything = RuleInterest()

  private init() {
    sources = Array(repeating: true, count: 256)
    fields = sources
  }

  init(_ sigma: Policy.Sigma) {
    sources = Array(repeating: false, count: 256)
    fields = sources
    for rule in sigma.rules where sigma.isEnabled {
      sources[Int(rule.source.rawValue)] = true
      for test in rule.tests { fields[Int(test.field.rawValue)] = true }
    }
  }

  func reads(_ source: SigmaSource) -> Bool { sources[Int(source.rawValue)] }

  func reads(_ field: SigmaField) -> Bool { fields[Int(field.rawValue)] }
}
