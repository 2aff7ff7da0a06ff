import CordonCore

/// Gathers a policy's Sigma rules: what is named or written out must compile; of a folder, which is others' work, what
/// does not is left out with a warning.
struct SigmaRuleCollection {
  private let policy: String
  private let files: SigmaRuleFiles
  private let compiler: SigmaCompiler
  private(set) var rules: [SigmaRule] = []
  private(set) var problems: [PolicyProblem] = []
  /// Where each id was first.
  private var places: [String: String] = [:]

  init(policy: String, files: SigmaRuleFiles) {
    self.policy = policy
    self.files = files
    compiler = SigmaCompiler(checkExpression: files.checkExpression)
  }

  /// Takes one element of `sigma.rules`; `path` is how the policy reaches it.
  mutating func add(_ element: YAMLNode, path: String) {
    switch element.value {
    case .scalar(let name, _): add(file: name, at: element, path)
    case .mapping: take(compiler.compile(element, file: policy), .error, file: policy, at: element, path)
    default: report(element, path, "expected a file, a folder or a rule, found \(element.described)")
    }
  }

  private mutating func add(file name: String, at element: YAMLNode, _ path: String) {
    do throws(CordonError) {
      switch try files.read(name) {
      case .file(let bytes): take(compiler.compile(bytes, file: name), .error, file: name, at: element, path)
      case .folder(let found):
        for file in found {
          take(compiler.compile(file.bytes, file: file.path), .warning, file: file.path, at: element, path)
        }
      }
    } catch {
      report(element, path, error.message)
    }
  }

  private mutating func take(
    _ verdict: SigmaVerdict, _ severity: PolicyProblem.Severity, file: String, at element: YAMLNode, _ path: String
  ) {
    switch verdict {
    case .refused(let refusal):
      var problem = refusal.problem
      problem.severity = severity
      if severity == .warning { problem.message += "; the rule is left out" }
      problems.append(problem)
    case .compiled(let rule):
      if let first = places[rule.id] {
        report(element, path, "the rule \(rule.id) of \(file) is there twice; it was first in \(first)")
      } else {
        places[rule.id] = file
        rules.append(rule)
      }
    }
  }

  private mutating func report(_ node: YAMLNode, _ path: String, _ message: String) {
    problems.append(
      PolicyProblem(file: policy, line: node.line, column: node.column, path: path, message: message))
  }
}
