import CordonCore
import Testing

@testable import CordonCollector

@Suite struct ContainmentRuleTests {
  static func policy() -> Policy {
    var policy = Policy(serial: 3, name: "ward", group: "", issued: Samples.start)
    policy.containment.isEnabled = true
    policy.containment.standing.isEnabled = true
    policy.containment.standing.budgets = [.blockAddress: 2]
    policy.interlock.hosts = [
      Policy.HostFacts(label: "ws-1", criticality: .administrative),
      Policy.HostFacts(label: "pacs", criticality: .diagnostic),
      Policy.HostFacts(label: "pump", criticality: .lifeSustaining),
      Policy.HostFacts(label: "linac", criticality: .therapeutic),
    ]
    return policy
  }

  @Test(arguments: [("ws-1", false), ("pacs", false), ("pump", true), ("linac", true), ("nobody-knows", true)])
  func unregisteredCountsAsClinical(label: String, isClinical: Bool) {
    #expect(ContainmentRule.isClinical(ContainmentRule.criticality(of: label, in: Self.policy())) == isClinical)
  }

  @Test func standingOrdersStayWithinThePolicy() throws {
    try ContainmentRule.checkStanding(.blockAddress, label: "ws-1", policy: Self.policy())
    var observeOnly = Self.policy()
    observeOnly.containment.isEnabled = false
    var off = Self.policy()
    off.containment.standing.isEnabled = false
    let cases: [(Action.Name, String, Policy, String)] = [
      (.blockAddress, "ws-1", observeOnly, "observe-only"), (.blockAddress, "ws-1", off, "standing-off"),
      (.killProcess, "ws-1", Self.policy(), "standing-action"),
      (.blockAddress, "pump", Self.policy(), "clinical-target"),
      (.blockAddress, "unknown", Self.policy(), "clinical-target"),
    ]
    for (action, label, policy, code) in cases {
      let error = #expect(throws: CordonError.self) {
        try ContainmentRule.checkStanding(action, label: label, policy: policy)
      }
      #expect(error?.code == code)
    }
  }
}
