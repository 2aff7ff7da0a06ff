import CordonCore
import CordonPolicy
import Foundation
import Testing

/// The rules that ship, as a policy's compiler finds them.
enum ShippedRules {
  static let folder = URL(filePath: #filePath).appending(path: "../../../../deploy/sigma").standardizedFileURL

  /// Reads paths from a folder, as the operator's program does.
  static func files(from folder: URL) -> SigmaRuleFiles {
    SigmaRuleFiles(checkExpression: { _, _ in nil }) { path throws(CordonError) in
      let url = folder.appending(path: path).standardizedFileURL
      do {
        let names = try FileManager.default.contentsOfDirectory(atPath: url.path).sorted()
        return .folder(
          try names.map { .init(path: $0, bytes: [UInt8](try Data(contentsOf: url.appending(path: $0)))) })
      } catch {
        throw CordonError(.missing, "file", "\(path) cannot be read.")
      }
    }
  }
}

@Suite struct ShippedRulesTests {
  @Test func everyRuleCompilesAndIsWorthATripwire() throws {
    var ids: Set<String> = []
    let names = try FileManager.default.contentsOfDirectory(atPath: ShippedRules.folder.path)
    #expect(names.count >= 30)
    for name in names {
      let bytes = [UInt8](try Data(contentsOf: ShippedRules.folder.appending(path: name)))
      guard case .compiled(let rule) = SigmaCompiler().compile(bytes, file: name) else {
        Issue.record("\(name) is refused")
        continue
      }
      #expect(ids.insert(rule.id).inserted, "\(name) has the id of another rule")
      #expect(rule.severity >= .high && !rule.techniques.isEmpty, "\(name)")
    }
  }
}
