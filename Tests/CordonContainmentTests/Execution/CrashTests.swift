import CordonContainment
import CordonCore
import CordonTestSupport
import Testing

/// The agent dies, or the disk or machine fails, at every step there is; afterwards journal and machine agree.
@Suite struct CrashTests {
  static let actions: [Action] = [
    .suspendProcess(Sample.process()), CommandExecutorTests.block, .killProcess(Sample.process()),
  ]

  /// What must hold after a reconciliation that went through.
  static func expectAgreement(_ bench: Bench, _ executor: CommandExecutor, _ note: String) {
    let inEffect = bench.world.get { Set($0.inEffect.keys) }
    #expect(inEffect == Set(executor.holds.map(\.commandID)), "\(note)")
    #expect(executor.holds.allSatisfy { $0.state == .held }, "\(note)")
    #expect(bench.world.get { $0.kills.values.allSatisfy { $0 == 1 } }, "\(note)")
  }

  static func expectAllOver(_ bench: Bench, _ executor: inout CommandExecutor, _ note: String) throws {
    bench.clock.advance(by: .seconds(2 * 3600))
    // Twice: where the fault hits the undo itself, the next look brings it about.
    for _ in 0..<2 { try executor.look() }
    #expect(executor.holds.isEmpty, "\(note)")
    #expect(bench.world.get { $0.inEffect.isEmpty }, "\(note)")
  }

  /// As `kill -9` after the n-th step on the machine, and a new start.
  @Test(arguments: actions, 1...8) func diesAtAStepOnTheMachine(_ action: Action, step: Int) throws {
    let bench = Bench()
    var executor = try bench.executor()
    bench.world.set {
      $0.faultAt = step; $0.isPowerCut = true
    }
    // A dead agent journals nothing more either; the disk's last write may be any.
    let written = bench.storage.writes
    try? executor.execute(Order(command: Sample.command(1, action), authority: .operators))
    for kept in written...bench.storage.writes {
      let world = bench.world.get { $0 }
      let again = Bench(storage: MemoryStorage(Self.firstRecords(kept, bench.storage.bytes)))
      again.world.set {
        $0 = world; $0.isDead = false; $0.faultAt = nil
      }
      var restarted = try again.executor()
      try restarted.reconcile()
      Self.expectAgreement(again, restarted, "\(action.name) step \(step), \(kept) records kept")
      try Self.expectAllOver(again, &restarted, "\(action.name) step \(step), \(kept) records kept")
    }
  }

  /// The journal cut after so many records, as they lay on disk then.
  static func firstRecords(_ count: Int, _ bytes: [UInt8]) -> [UInt8] {
    var end = 0
    for _ in 0..<count where end + 12 <= bytes.count {
      let length = (0..<4).reduce(0) { $0 | Int(bytes[end + 4 + $1]) << ($1 * 8) }
      end += 12 + length
    }
    return Array(bytes[..<end])
  }

  /// The power goes in the middle of the n-th write.
  @Test(arguments: actions, 1...8) func diesAtAWrite(_ action: Action, write: Int) throws {
    for kept in [0, 1, 20, 60] {
      let bench = Bench()
      var executor = try bench.executor()
      bench.storage.fail(at: write, .powerCut(kept: kept))
      try? executor.execute(Order(command: Sample.command(1, action), authority: .operators))
      _ = try? executor.releaseAll()
      let again = Bench(world: bench.world, storage: MemoryStorage(bench.storage.bytes), clock: bench.clock)
      var restarted = try again.executor()
      try restarted.reconcile()
      Self.expectAgreement(again, restarted, "\(action.name) write \(write) kept \(kept)")
      try Self.expectAllOver(again, &restarted, "\(action.name) write \(write) kept \(kept)")
    }
  }

  /// A step fails without death: the executor itself puts things in order, at once or with a later look.
  @Test(arguments: actions, 1...8) func aStepFails(_ action: Action, step: Int) throws {
    let bench = Bench()
    var executor = try bench.executor()
    bench.world.set { $0.faultAt = step }
    try executor.execute(Order(command: Sample.command(1, action), authority: .operators))
    #expect(bench.world.get { Set($0.inEffect.keys) } == Set(executor.holds.map(\.commandID)))
    try Self.expectAllOver(bench, &executor, "\(action.name) step \(step)")
  }

  /// Random orders, ends, times and faults; after each death and start, journal and machine agree.
  @Test(arguments: UInt64(0)..<150) func randomLives(seed: UInt64) throws {
    var randomness = SeededRandomness(seed: seed)
    var bench = Bench()
    var executor = try bench.executor()
    var number: UInt64 = 0
    for round in 0..<40 {
      let note = "seed \(seed) round \(round)"
      if Int.random(in: 0..<3, using: &randomness) == 0 {
        let steps = bench.world.get { $0.steps }
        bench.world.set {
          $0.faultAt = steps + Int.random(in: 1...6, using: &randomness)
          $0.isPowerCut = Bool.random(using: &randomness)
        }
      }
      if Int.random(in: 0..<3, using: &randomness) == 0 {
        let fault: MemoryStorage.Fault = Bool.random(using: &randomness) ? .fail : .powerCut(kept: 17)
        bench.storage.fail(at: Int.random(in: 1...4, using: &randomness), fault)
      }
      number += 1
      try? Self.act(&executor, number, bench.clock, &randomness)
      bench.clock.advance(by: .seconds(Int64.random(in: 0...200, using: &randomness)))
      try? executor.look()
      guard Bool.random(using: &randomness) else { continue }
      bench.world.set {
        $0.isDead = false; $0.faultAt = nil
      }
      bench = Bench(world: bench.world, storage: MemoryStorage(bench.storage.bytes), clock: bench.clock)
      executor = try bench.executor()
      try executor.reconcile()
      Self.expectAgreement(bench, executor, note)
      if bench.world.process(4242) == nil {
        bench.world.set { $0.processes[4242] = ProcessFacts(pid: 4242, parent: 1, startTicks: 99) }
      }
    }
    bench.world.set {
      $0.isDead = false; $0.faultAt = nil
    }
    bench = Bench(world: bench.world, storage: MemoryStorage(bench.storage.bytes), clock: bench.clock)
    executor = try bench.executor()
    try executor.reconcile()
    try Self.expectAllOver(bench, &executor, "seed \(seed) at the end")
  }

  private static func act(
    _ executor: inout CommandExecutor, _ number: UInt64, _ clock: FakeMoments, _ randomness: inout SeededRandomness
  ) throws {
    let known = executor.holds.map(\.commandID).randomElement(using: &randomness)
    switch (Int.random(in: 0..<6, using: &randomness), known) {
    case (0, let id?): try executor.releaseLocally(id)
    case (1, let id?):
      let until = clock.now.wall.advanced(by: .seconds(900))
      try executor.renew(
        LeaseRenewal(commandID: id, agentID: Sample.agentID, until: until), authority: .operators)
    case (2, _?): _ = try executor.releaseAll()
    default:
      let authority = [Authority.reflex, .standing, .operators].randomElement(using: &randomness)!
      let action = actions.randomElement(using: &randomness)!
      try executor.execute(
        Order(command: Sample.command(number, action, at: clock.now.wall), authority: authority))
    }
  }
}
