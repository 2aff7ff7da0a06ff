/// What another program of the site raised an alarm about.
package struct ObservedAlert: Hashable, Sendable {
  /// Addresses that are kept.
  package static let mostParties = 2

  /// The rule that matched, such as `2001219`, of the program that the observation's source names: no free text.
  package var rule: String
  /// The rule's class as the program words it, such as `Attempted Information Leak`: letters, digits and spaces alone.
  package var category: String
  package var severity: Severity
  /// Whom it is about, who sent first.
  package var parties: [IPAddress]

  package init(rule: String, category: String = "", severity: Severity, parties: [IPAddress] = []) {
    self.rule = rule
    self.category = category
    self.severity = severity
    self.parties = Array(parties.prefix(Self.mostParties))
  }
}
