/// One thing wrong with a policy's file, and what is allowed there.
package struct PolicyProblem: Hashable, Sendable {
  /// An error keeps the policy from being compiled; a warning does not.
  package enum Severity: String, Sendable { case error, warning }

  package var severity: Severity
  /// As the caller named it; `-` for standard input.
  package var file: String
  /// From 1.
  package var line: Int
  /// From 1, in Unicode scalars.
  package var column: Int
  /// Such as `tripwires.burst.within`; empty for the file as a whole.
  package var path: String
  /// What is wrong and what is allowed, on one line.
  package var message: String

  package init(
    _ severity: Severity = .error, file: String, line: Int, column: Int, path: String, message: String
  ) {
    self.severity = severity
    self.file = file
    self.line = line
    self.column = column
    self.path = path
    self.message = message
  }
}

extension PolicyProblem: CustomStringConvertible {
  /// `file:line:column: error: path: message`, as compilers write it.
  package var description: String {
    "\(file):\(line):\(column): \(severity.rawValue): \(path.isEmpty ? "" : "\(path): ")\(message)"
  }
}
