import CordonCollector
import CordonCore
import Testing

@Suite struct RingHealthTests {
  private static func member(_ state: ModelUse.State? = .running, vanished: Bool = false) -> RingHealth.Member {
    RingHealth.Member(
      use: state.map { ModelUse(schema: 1, purpose: "champion", state: $0, code: "model-gate") }, vanished: vanished)
  }

  private static func verdict(
    _ members: [RingHealth.Member], alerts: Int = 0, allowed: Double = 1, age: Duration = Policy.Learning().dwell,
    change: (inout Policy.Learning) -> Void = { _ in }
  ) -> RingHealth.Verdict {
    var gates = Policy.Learning()
    change(&gates)
    return RingHealth(members: members, alerts: alerts, allowed: allowed, age: age, gates: gates).verdict
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
    #expect(Self.verdict(Self.twenty, alerts: 2, allowed: 0.001) == .passed, "the first minutes allow none")
  }

  @Test func `the policy says how long a ring is watched, and how often it may alert`() {
    #expect(Self.verdict(Self.twenty, age: .seconds(3600)) == .waiting("watched for 60 minutes"))
    #expect(Self.verdict(Self.twenty, age: .seconds(3600)) { $0.dwell = .seconds(3600) } == .passed)
    #expect(Self.verdict(Self.twenty, alerts: 12) { $0.rateFactor = 10 } == .passed)
  }

  /// One agent may be slow for its own reasons; of a ring of one it is all that there is.
  @Test func `agents that use too much of their machines fail it`() {
    func greedy(_ count: Int, processor: Double? = nil, memory: UInt64 = 0) -> [RingHealth.Member] {
      var member = Self.member()
      member.processorShare = processor
      member.memoryBytes = memory
      return [RingHealth.Member](repeating: member, count: count)
    }
    #expect(
      Self.verdict(Self.twenty + greedy(3, processor: 0.3))
        == .failed("3 of 23 agents use more than 0.25 of a processor with it"))
    #expect(Self.verdict(Self.twenty + greedy(3, processor: 0.2)) == .passed)
    #expect(Self.verdict(Self.twenty + greedy(2, processor: 0.3)) == .passed)
    #expect(
      Self.verdict(greedy(1, processor: 0.3)) == .failed("1 of 1 agents use more than 0.25 of a processor with it"))
    #expect(
      Self.verdict(Self.twenty + greedy(3, memory: 65 << 20)) { $0.memoryMebibytes = 64 }
        == .failed("3 of 23 agents use more than 64 MiB with it"))
    #expect(Self.verdict(Self.twenty + greedy(3, memory: 64 << 20)) { $0.memoryMebibytes = 64 } == .passed)
  }
}
