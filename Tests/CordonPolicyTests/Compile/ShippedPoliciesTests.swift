import CordonCore
import CordonPolicy
import Foundation
import Testing

@Suite struct ShippedPoliciesTests {
  private static let folder = URL(filePath: #filePath).appending(path: "../../../../deploy/policies")
    .standardizedFileURL

  private func compile(_ name: String) throws -> PolicyCompiler.Report {
    PolicyCompiler.compile([UInt8](try Data(contentsOf: Self.folder.appending(path: name))), file: name)
  }

  @Test func everyShippedPolicyCompilesWithoutAWarning() throws {
    let names = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path).filter { $0.hasSuffix(".yaml") }
    #expect(names.count >= 2)
    for name in names { #expect(try compile(name).problems == [], "\(name)") }
  }

  @Test func theDefaultOnlyObserves() throws {
    let policy = try #require(try compile("default.yaml").policy)
    var expected = Policy.observeOnly
    expected.name = "observe-only"
    #expect(policy == expected)
  }

  @Test func theExampleActsOnlyWhereListed() throws {
    let policy = try #require(try compile("ransomware-reflex.yaml").policy)
    #expect(policy.containment.isEnabled && policy.containment.reflex.isEnabled)
    #expect(policy.containment.reflex.actions == [.suspendProcess])
    #expect(policy.containment.standing.budgets[.killProcess] == nil)
    #expect(policy.interlock.hosts.allSatisfy { $0.criticality.allowsAutomation })
  }
}
