package import CordonCore

/// Something wrong with this installation, and what to do.
package struct Finding: Hashable, Sendable {
  package var severity: Severity
  /// Stable, kebab-case.
  package var code: String
  package var message: String
  package var remedy: String

  package init(_ severity: Severity, _ code: String, _ message: String, remedy: String) {
    self.severity = severity
    self.code = code
    self.message = message
    self.remedy = remedy
  }
}
