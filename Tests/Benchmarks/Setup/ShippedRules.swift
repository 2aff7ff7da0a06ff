import CordonCore
import CordonPolicy
import CordonTelemetry
import Foundation

/// The Sigma rules of a folder, compiled, in a policy that holds nothing else.
struct ShippedRules {
  private(set) var policy = Policy.observeOnly

  init(folder: String) throws {
    let compiler = SigmaCompiler(checkExpression: { RegularExpression.problem(with: $0, options: $1) })
    let names = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
    policy.sigma.rules = try names.compactMap { name in
      let bytes = [UInt8](try Data(contentsOf: URL(filePath: folder).appending(path: name)))
      guard case .compiled(let rule) = compiler.compile(bytes, file: name) else { return nil }
      return rule
    }
  }

  /// A rule's title by what a detection calls it; nil for what is no Sigma rule.
  func title(of name: String) -> String? { policy.sigma.rules.first { "sigma:\($0.id)" == name }?.title }
}
