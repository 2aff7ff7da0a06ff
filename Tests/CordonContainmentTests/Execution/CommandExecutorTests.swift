import CordonContainment
import CordonCore
import CordonTestSupport
import Testing

@Suite struct CommandExecutorTests {
  static let block = Action.blockAddress(Sample.sealed("203.0.113.7"))

  static func reflex(_ number: UInt64) -> Order {
    Order(command: Sample.command(number), authority: .reflex, detectionID: Sample.id(500 + number))
  }

  @Test func holdsThenExpires() throws {
    let bench = Bench()
    var executor = try bench.executor()
    try executor.execute(Self.reflex(1))
    #expect(bench.world.get { $0.inEffect.count } == 1)
    let held = try #require(executor.journal.state.outcomes.last)
    #expect(held.state == .held && held.isReflex && held.detectionID == Sample.id(501))
    #expect(held.leaseUntil == Sample.start.wall.advanced(by: .seconds(300)))
    #expect(held.evidence == ["seen"])
    bench.clock.advance(by: .seconds(299))
    try executor.look()
    #expect(bench.world.get { $0.inEffect.count } == 1)
    bench.clock.advance(by: .seconds(1))
    try executor.look()
    #expect(bench.world.get { $0.inEffect.isEmpty })
    #expect(executor.journal.state.outcomes.map(\.state) == [.held, .expired])
  }

  static let hostile: [(String, String, @Sendable (inout Command) -> Void)] = [
    ("other agent", "other-agent", { $0.agentID = AgentID(String(repeating: "b2", count: 16))! }),
    ("not yet valid", "clock", { $0.notBefore = Sample.start.wall.advanced(by: .seconds(121)) }),
    ("no longer valid", "clock", { $0.notAfter = Sample.start.wall.advanced(by: .seconds(-121)) }),
    ("valid for years", "clock", { $0.notAfter = Sample.start.wall.advanced(by: .seconds(86_400 * 900)) }),
    ("PID 1", "never-touch", { $0.action = .suspendProcess(Sample.process(1, ticks: 1)) }),
    ("kill of PID 1", "never-touch", { $0.action = .killProcess(Sample.process(1, ticks: 1)) }),
    ("gone", "target-gone", { $0.action = .suspendProcess(Sample.process(5)) }),
    ("number reused", "target-changed", { $0.action = .killProcess(Sample.process(4242, ticks: 98)) }),
    ("another boot", "target-changed", { $0.action = .killProcess(Sample.process(bootID: "b")) }),
    ("loopback", "never-touch", { $0.action = .blockAddress(Sample.sealed("127.0.0.1")) }),
    ("sealed nonsense", "sealed-name", { $0.action = .blockAddress(Sample.sealed("ann")) }),
    ("no lease", "lease", { $0.lease = .zero }),
    ("over before it begins", "lease", { $0.maxUntil = Sample.start.wall }),
  ]

  @Test(arguments: hostile.indices) func refuses(_ index: Int) throws {
    let (_, code, change) = Self.hostile[index]
    let bench = Bench()
    var executor = try bench.executor()
    var command = Sample.command(1)
    change(&command)
    expectRefusal(code) { try executor.execute(Order(command: command, authority: .operators)) }
    #expect(bench.world.get { $0.steps } == 0)
    #expect(executor.holds.isEmpty)
    let outcome = executor.journal.state.outcomes.last
    // What is for another agent is not this one's to answer for.
    #expect(outcome?.code == (code == "other-agent" ? nil : code))
    if code != "other-agent" {
      expectRefusal("replayed") { try executor.execute(Order(command: command, authority: .operators)) }
    }
  }

  /// Within the policy's tolerance a clock may be off.
  @Test(arguments: [-120, 120]) func toleratesSkew(seconds: Int64) throws {
    var executor = try Bench().executor()
    var command = Sample.command(1)
    command.notBefore = Sample.start.wall.advanced(by: .seconds(seconds))
    command.notAfter = command.notBefore
    try executor.execute(Order(command: command, authority: .operators))
    #expect(executor.holds.count == 1)
  }

  @Test func aReplayIsRefusedWhateverBecameOfTheFirst() throws {
    let bench = Bench()
    var executor = try bench.executor()
    let order = Order(command: Sample.command(1), authority: .operators)
    try executor.execute(order)
    expectRefusal("replayed") { try executor.execute(order) }
    #expect(try executor.releaseAll() == 1)
    expectRefusal("replayed") { try executor.execute(order) }
    var restarted = try bench.executor()
    expectRefusal("replayed") { try restarted.execute(order) }
    #expect(restarted.journal.state.outcomes.map(\.state) == [.held, .released])
    // Even where the clock is set back after it was forgotten by time: it is remembered past its validity.
    bench.clock.advance(by: .seconds(6 * 86_400))
    try restarted.look()
    bench.clock.setWall(Sample.start.wall)
    expectRefusal("replayed") { try restarted.execute(order) }
  }

  @Test func rehearsesWithoutEffect() throws {
    let bench = Bench()
    var executor = try bench.executor()
    try executor.execute(Order(command: Sample.command(1, mode: .dryRun), authority: .standing))
    #expect(bench.world.get { $0.steps } == 0)
    #expect(executor.holds.isEmpty)
    #expect(executor.journal.state.uses.isEmpty)
    let outcome = try #require(executor.journal.state.outcomes.last)
    #expect(outcome.state == .rehearsed && !outcome.evidence.isEmpty)
    // The same path: what would be refused is refused.
    expectRefusal("never-touch") {
      try executor.execute(
        Order(
          command: Sample.command(2, .suspendProcess(Sample.process(1, ticks: 1)), mode: .dryRun), authority: .standing)
      )
    }
  }

  @Test func revertsWhatDoesNotTakeEffect() throws {
    let bench = Bench()
    bench.world.set { $0.isEffective = false }
    var executor = try bench.executor()
    try executor.execute(Self.reflex(1))
    #expect(bench.world.get { $0.inEffect.isEmpty })
    #expect(executor.holds.isEmpty)
    #expect(executor.journal.state.outcomes.map(\.state) == [.reverted])
    #expect(executor.journal.state.outcomes.last?.code == "not-effective")
  }

  @Test func revertsWhatCutsTheCollectorOff() throws {
    let bench = Bench()
    let collector = Endpoint(address: IPAddress("192.0.2.10")!, port: 9443)
    bench.world.set {
      $0.reachable = [collector]; $0.reachableAfterBlock = []
    }
    var executor = try bench.executor()
    try executor.execute(Order(command: Sample.command(1, Self.block), authority: .operators))
    #expect(executor.journal.state.outcomes.last?.code == "management-lost")
    #expect(bench.world.get { $0.inEffect.isEmpty })
    // A collector that was gone before is no reason to revert.
    bench.world.set { $0.reachable = [] }
    try executor.execute(Order(command: Sample.command(2, Self.block), authority: .operators))
    #expect(executor.journal.state.outcomes.last?.state == .held)
  }

  @Test func whatCannotBeUndoneIsTriedUntilItIs() throws {
    let bench = Bench()
    var executor = try bench.executor()
    try executor.execute(Self.reflex(1))
    bench.world.set { $0.undoFails = true }
    bench.clock.advance(by: .seconds(301))
    for _ in 0..<5 { try executor.look() }
    #expect(executor.holds.count == 1)
    #expect(executor.journal.state.outcomes.map(\.code) == ["", "undo-failed"])
    bench.world.set { $0.undoFails = false }
    try executor.look()
    #expect(executor.holds.isEmpty)
    #expect(executor.journal.state.outcomes.last?.state == .expired)
  }

  @Test func putsBackWhatSomethingUndid() throws {
    let bench = Bench()
    var executor = try bench.executor()
    try executor.execute(Self.reflex(1))
    try executor.look()
    bench.world.set { $0.inEffect = [:] }
    bench.clock.advance(by: CommandExecutor.inspectionInterval)
    try executor.look()
    #expect(bench.world.get { $0.inEffect.count } == 1)
  }

  @Test func fullDiskMeansNothingIsTouched() throws {
    let bench = Bench()
    var executor = try bench.executor()
    bench.storage.fail(at: 1)
    expectRefusal("journal-io") { try executor.execute(Self.reflex(1)) }
    #expect(bench.world.get { $0.steps } == 0)
  }

  @Test func killsOnce() throws {
    let bench = Bench()
    var executor = try bench.executor()
    let order = Order(command: Sample.command(1, .killProcess(Sample.process())), authority: .standing)
    try executor.execute(order)
    expectRefusal("replayed") { try executor.execute(order) }
    #expect(bench.world.get { $0.kills } == [Sample.id(1): 1])
    #expect(executor.holds.isEmpty)
    #expect(executor.journal.state.outcomes.map(\.state) == [.held])
    // The policy's budget for it is one an hour.
    bench.world.set { $0.processes[4242] = ProcessFacts(pid: 4242, parent: 1, startTicks: 99) }
    expectRefusal("budget") {
      try executor.execute(Order(command: Sample.command(2, .killProcess(Sample.process())), authority: .standing))
    }
  }
}
