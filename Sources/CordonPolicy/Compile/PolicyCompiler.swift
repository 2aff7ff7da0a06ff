package import CordonCore

/// Turns a policy's file into a `Policy`, or into every error that it has, each with its line and field.
package enum PolicyCompiler {
  /// What a compilation gave: a policy only where nothing is wrong.
  package struct Report: Sendable {
    /// Nil where any problem is an error.
    package var policy: Policy?
    /// In the order of the file.
    package var problems: [PolicyProblem]

    /// The problems that keep the policy from being compiled.
    package var errors: [PolicyProblem] { problems.filter { $0.severity == .error } }
  }

  /// Problems reported of one file; the rest are counted in the last.
  package static let mostProblems = 200

  /// Compiles a file's bytes; `file` is how problems name it, `rules` where its Sigma rules come from.
  ///
  /// Serial and time of issue are 0: whoever signs the policy sets them.
  package static func compile(_ bytes: [UInt8], file: String, rules: SigmaRuleFiles = .none) -> Report {
    var reader = YAMLReader(file: file)
    let root = reader.read(bytes)
    var walker = PolicyWalker(file: file, rules: rules)
    if let root { walker.walk(root) }
    var problems = reader.problems + walker.problems
    // Sigma rules' own files come behind the policy's.
    problems.sort {
      ($0.file == file ? 0 : 1, $0.file, $0.line, $0.column) < ($1.file == file ? 0 : 1, $1.file, $1.line, $1.column)
    }
    let policy = problems.contains { $0.severity == .error } ? nil : walker.policy.inForce
    if problems.count > mostProblems {
      let more = problems.count - mostProblems
      problems.removeSubrange(mostProblems...)
      problems.append(
        PolicyProblem(file: file, line: 1, column: 1, path: "", message: "and \(more) more problems"))
    }
    return Report(policy: policy, problems: problems)
  }

  /// The policy, or one error that lists every problem.
  package static func policy(
    _ bytes: [UInt8], file: String, rules: SigmaRuleFiles = .none
  ) throws(CordonError) -> Policy {
    let report = compile(bytes, file: file, rules: rules)
    guard let policy = report.policy else {
      let errors = report.errors
      let count = errors.count == 1 ? "1 error" : "\(errors.count) errors"
      throw CordonError(
        .invalid, "policy-invalid",
        "\(file) has \(count):\n" + errors.map(\.description).joined(separator: "\n"),
        remedy: "correct them; `cordon policy schema` lists every field")
    }
    return policy
  }
}
