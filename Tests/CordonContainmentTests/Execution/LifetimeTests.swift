import CordonContainment
import CordonCore
import CordonTestSupport
import Testing

@Suite struct LifetimeTests {
  static func held(
    _ authority: Authority = .operators, _ action: Action = .suspendProcess(Sample.process())
  ) throws -> (Bench, CommandExecutor) {
    let bench = Bench()
    var executor = try bench.executor()
    try executor.execute(Order(command: Sample.command(1, action), authority: authority))
    #expect(executor.holds.map(\.state) == [.held])
    return (bench, executor)
  }

  static func renewal(until seconds: Int64) -> LeaseRenewal {
    LeaseRenewal(
      commandID: Sample.id(1), agentID: Sample.agentID, until: Sample.start.wall.advanced(by: .seconds(seconds)))
  }

  @Test(arguments: [
    // Authority, asked for until, held until; seconds from the start. The command's end is at 3600, its lease at 300.
    (Authority.operators, 1000, 1000), (.operators, 3600, 3600), (.operators, 9999, 3600), (.operators, 10, 300),
    (.standing, 1000, 1000), (.standing, 9999, 3600),
  ])
  func renews(_ authority: Authority, until: Int64, held: Int64) throws {
    var (bench, executor) = try Self.held()
    try executor.renew(Self.renewal(until: until), authority: authority)
    bench.clock.advance(by: .seconds(held) - .milliseconds(1))
    try executor.look()
    #expect(executor.holds.count == 1)
    bench.clock.advance(by: .milliseconds(1))
    try executor.look()
    #expect(executor.holds.isEmpty)
  }

  @Test func aReflexIsNeverRenewedPastItsTenMinutes() throws {
    var (bench, executor) = try Self.held(.reflex)
    try executor.renew(Self.renewal(until: 3000), authority: .operators)
    bench.clock.advance(by: .seconds(600))
    try executor.look()
    #expect(executor.holds.isEmpty)
  }

  @Test func refusesRenewals() throws {
    var (_, executor) = try Self.held()
    var renewal = Self.renewal(until: 1000)
    renewal.agentID = AgentID(String(repeating: "b2", count: 16))!
    expectRefusal("other-agent") { try executor.renew(renewal, authority: .operators) }
    renewal = Self.renewal(until: 1000)
    renewal.commandID = Sample.id(9)
    expectRefusal("not-held") { try executor.renew(renewal, authority: .operators) }
    var policy = Sample.policy
    policy.containment.standing.isEnabled = false
    try executor.follow(policy)
    expectRefusal("authority") { try executor.renew(Self.renewal(until: 1000), authority: .standing) }
  }

  /// Who could not order the hold by now cannot prolong it.
  @Test func aRenewalNeedsTheAuthorityThatTheTargetNeeds() throws {
    var (_, executor) = try Self.held(.clinicalOperators)
    var policy = Sample.policy
    policy.interlock.hosts = [.init(label: Sample.label, criticality: .lifeSustaining)]
    try executor.follow(policy)
    expectRefusal("interlock") { try executor.renew(Self.renewal(until: 1000), authority: .operators) }
    expectRefusal("interlock") { try executor.renew(Self.renewal(until: 1000), authority: .standing) }
    try executor.renew(Self.renewal(until: 1000), authority: .clinicalOperators)
  }

  @Test func releases() throws {
    var (bench, executor) = try Self.held()
    let release = CommandRelease(commandID: Sample.id(1), agentID: Sample.agentID, reason: "over")
    // A stolen collector must not end what people ordered.
    expectRefusal("authority") { try executor.release(release, authority: .standing) }
    try executor.release(release, authority: .operators)
    #expect(bench.world.get { $0.inEffect.isEmpty })
    #expect(executor.journal.state.outcomes.last?.state == .released)
    expectRefusal("not-held") { try executor.release(release, authority: .operators) }
    (bench, executor) = try Self.held(.standing)
    try executor.release(release, authority: .standing)
    #expect(bench.world.get { $0.inEffect.isEmpty })
  }

  @Test func aRestartOfTheMachineEndsSuspensionsAndRenewsBlocks() throws {
    let bench = Bench()
    var executor = try bench.executor()
    try executor.execute(Order(command: Sample.command(1), authority: .operators))
    try executor.execute(Order(command: Sample.command(2, CommandExecutorTests.block), authority: .operators))
    bench.clock.restart(as: "another boot", wall: Sample.start.wall.advanced(by: .seconds(100)))
    let after = Bench(world: FakeWorld(bootID: "another boot"), storage: bench.storage, clock: bench.clock)
    executor = try after.executor()
    try executor.reconcile()
    #expect(executor.holds.map(\.commandID) == [Sample.id(2)])
    #expect(after.world.get { $0.inEffect.keys.sorted() } == [Sample.id(2)])
    #expect(executor.journal.state.outcomes.contains { $0.commandID == Sample.id(1) && $0.code == "restarted" })
    // And a lease that ended while the machine was off is over when it is back.
    bench.clock.restart(as: "a third boot", wall: Sample.start.wall.advanced(by: .seconds(300)))
    let last = Bench(world: FakeWorld(bootID: "a third boot"), storage: bench.storage, clock: bench.clock)
    executor = try last.executor()
    try executor.reconcile()
    #expect(executor.holds.isEmpty)
    #expect(executor.journal.state.outcomes.last?.state == .expired)
  }

  @Test func aPolicyThatProtectsATargetReleasesIt() throws {
    var (bench, executor) = try Self.held(.operators, CommandExecutorTests.block)
    var policy = Sample.policy
    policy.containment.neverTouchNetworks = ["203.0.113.0/24"]
    try executor.follow(policy)
    #expect(bench.world.get { $0.inEffect.isEmpty })
    #expect(executor.journal.state.outcomes.last?.code == "never-touch")
  }

  @Test func aPolicyThatOnlyObservesReleasesWhatAutomationHolds() throws {
    var (_, executor) = try Self.held(.standing)
    bench: do {
      try executor.execute(Order(command: Sample.command(2, CommandExecutorTests.block), authority: .operators))
      try executor.follow(.observeOnly)
      #expect(executor.holds.map(\.commandID) == [Sample.id(2)])
      break bench
    }
  }

  @Test func sealedNamesOfThePolicyProtectEvenWhereTheyDoNotOpen() throws {
    var executor = try Bench().executor()
    var policy = Sample.policy
    policy.containment.neverTouchSealed = [Sample.sealed("203.0.113.7")]
    try executor.follow(policy)
    #expect(executor.unopenedNames == 0)
    expectRefusal("never-touch") {
      try executor.execute(Order(command: Sample.command(1, CommandExecutorTests.block), authority: .clinicalOperators))
    }
    policy.containment.neverTouchSealed = [Sample.sealed("does not open")]
    try executor.follow(policy)
    #expect(executor.unopenedNames == 1)
    var sealed = Sample.sealed("203.0.113.7")
    sealed.entity = Sample.sealed("does not open").entity
    expectRefusal("never-touch") {
      try executor.execute(Order(command: Sample.command(2, .blockAddress(sealed)), authority: .operators))
    }
  }
}
