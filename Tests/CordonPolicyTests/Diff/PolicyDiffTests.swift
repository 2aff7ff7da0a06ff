import CordonCore
import CordonPolicy
import Testing

@Suite struct PolicyDiffTests {
  private func diff(_ change: (inout Policy) -> Void) -> [String] {
    var after = Policy.example
    change(&after)
    return PolicyDiff(from: .example, to: after).changes.map(\.description)
  }

  @Test func nothingChangedIsNothing() { #expect(diff { _ in } == []) }

  @Test func serialAndTimeAreNoChange() {
    #expect(
      diff {
        $0.serial = 99
        $0.issued = Timestamp(milliseconds: 99)
      } == [])
  }

  @Test func oneLineAChange() {
    #expect(diff { $0.windows.length = .seconds(60) } == ["~ windows.length: 2m → 1m"])
    #expect(
      diff { $0.file.paths = ["/home", "/srv/new"] }
        == ["- sensors.file.paths: /srv/with space", "+ sensors.file.paths: /srv/new"])
    #expect(diff { $0.containment.reflex.isEnabled = false } == ["~ containment.reflex.enabled: true → false"])
  }

  @Test func whatWidensAuthorityIsMarked() {
    let mark = "   (widens what agents may do)"
    #expect(diff { $0.containment.reflex.mostAnHour = 3 } == ["~ containment.reflex.most_an_hour: 2 → 3" + mark])
    #expect(
      diff { $0.containment.standing.budgets = [.blockAddress: 2, .suspendProcess: 3] } == [
        "~ containment.standing.budgets.suspend-process: 4 → 3",
        "+ containment.standing.budgets.block-address: 2" + mark,
        "- containment.standing.budgets.kill-process: 1",
      ])
    #expect(
      diff { $0.containment.neverTouchNetworks = [] } == ["- containment.never_touch.networks: 10.0.0.0/8" + mark])
    #expect(
      diff { $0.interlock.hosts[1].criticality = .therapeutic } == [
        "~ interlock.hosts[ct-2]: {label: ct-2, criticality: diagnostic, clinical_area: \"CT: 2\"} → "
          + "{label: ct-2, criticality: therapeutic, clinical_area: \"CT: 2\"}"
      ])
    #expect(diff { $0.learning.dwell = .seconds(3600) } == ["~ learning.dwell: 2h → 1h" + mark])
    #expect(diff { $0.learning.dwell = .seconds(10_800) } == ["~ learning.dwell: 2h → 3h"])
    #expect(diff { $0.learning.rateFactor = 3 } == ["~ learning.rate_factor: 1.5 → 3" + mark])
    let expected = "ticket site until 2027-01-01T00:00Z: CHG0012345"
    #expect(
      diff { $0.learning.expected += [ExpectedActivity(text: expected)].compactMap(\.self) }
        == ["+ labels.expected: \(expected)" + mark], "what is expected is not told")
    #expect(diff { $0.learning.memoryMebibytes = 64 } == ["~ learning.memory_mebibytes: 128 → 64"])
    #expect(
      diff { $0.interlock.hosts.append(.init(label: "new", criticality: .administrative)) }
        == ["+ interlock.hosts[new]: {label: new, criticality: administrative}" + mark])
  }

  @Test func aRuleThatAgentsActOnWidensWhatTheyDo() {
    var before = Policy.example
    before.sigma.reflex = ["b-1"]
    before.sigma.rules = ["b-1", "b-2"].map {
      SigmaRule(
        id: $0, title: "t", severity: .high, source: .processCreation, tests: [SigmaTest(.image, .exists)],
        condition: [.test(0)])
    }
    var after = before
    for index in after.sigma.rules.indices { after.sigma.rules[index].condition.append(.not) }
    #expect(PolicyDiff(from: before, to: after).changes.map(\.widensAuthority) == [true, false])
    after.sigma.rules = []
    #expect(PolicyDiff(from: before, to: after).changes.map(\.widensAuthority) == [false, false])
    before.sigma.isEnabled = false
    after = before
    after.sigma.isEnabled = true
    #expect(PolicyDiff(from: before, to: after).changes.map(\.widensAuthority) == [true])
  }
}
