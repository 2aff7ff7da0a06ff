import CordonCore
import CordonPolicy

/// A policy's file as a person named it.
enum PolicyFile {
  private static let mostBytes = 1 << 20

  static func report(_ path: String, in environment: AdminEnvironment) throws(CordonError) -> PolicyCompiler.Report {
    PolicyCompiler.compile(try bytes(path, in: environment), file: path, rules: rules(of: path, in: environment))
  }

  /// The policy, with its warnings on standard error; every error in it at once.
  static func policy(_ path: String, in environment: AdminEnvironment) throws(CordonError) -> Policy {
    let bytes = try bytes(path, in: environment)
    let rules = rules(of: path, in: environment)
    for problem in PolicyCompiler.compile(bytes, file: path, rules: rules).problems where problem.severity == .warning {
      environment.complain("\(problem)\n")
    }
    return try PolicyCompiler.policy(bytes, file: path, rules: rules)
  }

  /// Sigma rules are meant from the policy's own folder; those of standard input from the working one.
  private static func rules(of path: String, in environment: AdminEnvironment) -> SigmaRuleFiles {
    let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? ""
    return SigmaFolder.files(from: path.hasPrefix("/") && folder.isEmpty ? "/" : folder, in: environment)
  }

  private static func bytes(_ path: String, in environment: AdminEnvironment) throws(CordonError) -> [UInt8] {
    try FileInput.read(path, most: mostBytes, in: environment)
  }
}
