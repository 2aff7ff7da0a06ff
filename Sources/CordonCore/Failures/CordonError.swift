/// An error for people: what went wrong, on which input, and what to do.
package struct CordonError: Error, Sendable, Hashable {
  /// Whose fault it is, and so who should do something.
  package enum Kind: String, Sendable {
    /// The input (file, argument, message) is wrong.
    case invalid
    /// The caller may not do this.
    case denied
    /// What was asked for is not there.
    case missing
    /// It is there already, or its state forbids the step.
    case conflict
    /// A limit (size, rate, budget) was reached.
    case exhausted
    /// The machine or a peer is not able to now; trying again may help.
    case unavailable
    /// Input or output failed.
    case inputOutput
    /// A defect of ours.
    case defect
  }

  package var kind: Kind
  /// Stable, kebab-case; tests and scripts may rely on it.
  package var code: String
  /// One sentence: what went wrong, on which input.
  package var message: String
  /// What to do about it; empty where the message says enough.
  package var remedy: String

  package init(_ kind: Kind, _ code: String, _ message: String, remedy: String = "") {
    self.kind = kind
    self.code = code
    self.message = message
    self.remedy = remedy
  }

  /// Exit code of a program that ends with this error, as sysexits(3) has it.
  package var exitCode: Int32 {
    switch kind {
    case .invalid: 65
    case .denied: 77
    case .missing: 66
    case .conflict: 65
    case .exhausted, .unavailable: 75
    case .inputOutput: 74
    case .defect: 70
    }
  }
}

extension CordonError: CustomStringConvertible {
  package var description: String { remedy.isEmpty ? message : "\(message)\n  → \(remedy)" }
}
