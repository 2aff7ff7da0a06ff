import CordonCore
import CordonPolicy
import Foundation
import Testing

@Suite struct ShippedPoliciesTests {
  private static let folder = URL(filePath: #filePath).appending(path: "../../../../deploy/policies")
    .standardizedFileURL

  private func compile(_ name: String) throws -> PolicyCompiler.Report {
    let bytes = [UInt8](try Data(contentsOf: Self.folder.appending(path: name)))
    return PolicyCompiler.compile(bytes, file: name, rules: ShippedRules.files(from: Self.folder))
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
    expected.sigma.rules = policy.sigma.rules
    #expect(policy == expected)
  }

  @Test func bothBringTheRulesThatShip() throws {
    for name in ["default.yaml", "ransomware-reflex.yaml"] {
      let policy = try #require(try compile(name).policy)
      #expect(policy.sigma.isEnabled && policy.sigma.rules.count >= 30, "\(name)")
      #expect(policy.sigma.reflex.isEmpty, "no rule acts but by the site's own word")
    }
  }

  @Test func theExampleActsOnlyWhereListed() throws {
    let policy = try #require(try compile("ransomware-reflex.yaml").policy)
    #expect(policy.containment.isEnabled && policy.containment.reflex.isEnabled)
    #expect(policy.containment.reflex.actions == [.suspendProcess])
    #expect(policy.containment.standing.budgets[.killProcess] == nil)
    #expect(policy.interlock.hosts.allSatisfy { $0.criticality.allowsAutomation })
  }
}
