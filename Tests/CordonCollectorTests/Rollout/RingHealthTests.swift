import CordonCollector
import CordonCore
import Testing

@Suite struct RingHealthTests {
  private static func member(_ state: ModelUse.State? = .running, vanished: Bool = false) -> RingHealth.Member {
    RingHealth.Member(
      use: state.map { ModelUse(schema: 1, purpose: "champion", state: $0, code: "model-gate") }, vanished: vanished)
  }

  private static func verdict(
    _ members: [RingHealth.Member], alerts: Int = 0, allowed: Double = 1, age: Duration = RingHealth.dwell
  ) -> RingHealth.Verdict {
    RingHealth(members: members, alerts: alerts, allowed: allowed, age: age).verdict
  }

  private static let twenty = [RingHealth.Member](repeating: member(), count: 20)

  @Test func `a ring that runs it for long enough has passed`() {
    #expect(Self.verdict(Self.twenty) == .passed)
    #expect(Self.verdict([]) == .passed, "an empty ring holds up nobody")
    #expect(Self.verdict(Self.twenty, age: .seconds(60)) == .waiting("watched for 1 minutes"))
    #expect(Self.verdict([Self.member(nil)] + [Self.member()]) == .waiting("1 of 2 agents run it"))
  }

  @Test func `refusals, silence and alerts past twice the budget fail it`() {
    let refusals = [RingHealth.Member](repeating: Self.member(.refused), count: 3)
    #expect(Self.verdict(Self.twenty + refusals) == .failed("3 of 23 agents refuse it (model-gate)"))
    #expect(Self.verdict([Self.member(.refused)]) == .failed("1 of 1 agents refuse it (model-gate)"))
    #expect(Self.verdict(Self.twenty + [Self.member(.refused)]) == .passed)
    let silent = [RingHealth.Member](repeating: Self.member(vanished: true), count: 4)
    #expect(Self.verdict(Self.twenty + silent) == .failed("4 of 24 agents fell silent with it"))
    #expect(Self.verdict(Self.twenty, alerts: 12) == .failed("12 alerts where the budget allows 1.0"))
    #expect(Self.verdict(Self.twenty, alerts: 2, allowed: 0.5) == .passed, "two alerts may be chance")
  }
}
