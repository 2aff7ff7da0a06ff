import CordonCore
import CordonPolicy

/// A policy's file as a person named it.
enum PolicyFile {
  private static let mostBytes = 1 << 20

  static func report(_ path: String, in environment: AdminEnvironment) throws(CordonError) -> PolicyCompiler.Report {
    PolicyCompiler.compile(try bytes(path, in: environment), file: path)
  }

  /// The policy, with its warnings on standard error; every error in it at once.
  static func policy(_ path: String, in environment: AdminEnvironment) throws(CordonError) -> Policy {
    let bytes = try bytes(path, in: environment)
    for problem in PolicyCompiler.compile(bytes, file: path).problems where problem.severity == .warning {
      environment.complain("\(problem)\n")
    }
    return try PolicyCompiler.policy(bytes, file: path)
  }

  private static func bytes(_ path: String, in environment: AdminEnvironment) throws(CordonError) -> [UInt8] {
    try FileInput.read(path, most: mostBytes, in: environment)
  }
}
