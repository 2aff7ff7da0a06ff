import CordonContainment
import CordonCore
import CordonTestSupport
import Glibc
import Synchronization
import Testing

/// A real process that carries out orders on a real child, killed with `kill -9` at every step.
@Suite(.enabled(if: RealMachine.isRoot, RealMachine.rootOnly), .serialized) struct KilledExecutorTests {
  /// Kills its own process at the n-th call of anything that changes the machine or the disk.
  final class Trap: Sendable {
    let step: Int
    private let calls = Counter()

    init(step: Int) { self.step = step }

    func pass() {
      if calls.next() == step { kill(getpid(), SIGKILL) }
    }
  }

  struct TrappedStorage: JournalStorage {
    var file: JournalFile
    let trap: Trap

    func load() throws(CordonError) -> [UInt8] { try file.load() }

    mutating func append(_ bytes: [UInt8]) throws(CordonError) {
      trap.pass()
      try file.append(bytes)
      trap.pass()
    }

    mutating func replace(with bytes: [UInt8]) throws(CordonError) { try file.replace(with: bytes) }
  }

  struct TrappedEffect: ActionEffect {
    let effect: any ActionEffect
    let trap: Trap

    func plan(_ target: Target, command: UniqueID, others: [Hold]) throws(CordonError) -> Undo {
      try effect.plan(target, command: command, others: others)
    }

    func apply(
      _ hold: Hold, others: [Hold], amend: (Undo) throws(CordonError) -> Void
    ) throws(CordonError) {
      try effect.apply(hold, others: others, amend: amend)
      trap.pass()
    }

    func verify(_ hold: Hold) throws(CordonError) -> [String] { try effect.verify(hold) }

    func undo(_ hold: Hold, others: [Hold]) throws(CordonError) -> [String] {
      let done = try effect.undo(hold, others: others)
      trap.pass()
      return done
    }

    func isInPlace(_ hold: Hold) -> Bool { effect.isInPlace(hold) }
  }

  static func executor(_ folder: String, groups: FreezerGroups?, trap: Trap?) throws -> CommandExecutor {
    let machine = try RealMachine.machine()
    let suspension = ProcessSuspension(machine: machine, groups: groups)
    let killer = ProcessKill(machine: machine)
    let file = JournalFile(folder: folder)
    let effects = EffectSet(
      suspend: trap.map { TrappedEffect(effect: suspension, trap: $0) } ?? suspension, block: AddressBlock(),
      kill: trap.map { TrappedEffect(effect: killer, trap: $0) } ?? killer,
      sweep: { (holds) throws(CordonError) in suspension.thawStrays(except: holds) })
    let journal = try Journal(storage: trap.map { TrappedStorage(file: file, trap: $0) } ?? file)
    return CommandExecutor(
      .init(
        agentID: Sample.agentID, label: Sample.label, machine: machine, effects: effects,
        clock: SystemMomentClock(bootID: machine.bootID), opener: PlainOpener(), management: FakeWorld()),
      journal: journal, policy: Sample.policy, ownProcesses: [UInt32(getpid())])
  }

  /// What the process that gets killed does: an order, then its release.
  static func live(_ folder: String, groups: String, isKill: Bool, pid: UInt32, ticks: UInt64, step: Int) throws {
    let machine = try RealMachine.machine()
    let groups = groups.isEmpty ? nil : FreezerGroups.find(folderName: groups)
    var executor = try executor(folder, groups: groups, trap: Trap(step: step))
    let process = ProcessRef(pid: pid, startTicks: ticks, bootID: machine.bootID)
    let now = SystemMomentClock(bootID: machine.bootID).now.wall
    let action: Action = isKill ? .killProcess(process) : .suspendProcess(process)
    try executor.execute(Order(command: Sample.command(1, action, at: now), authority: .operators))
    _ = try executor.releaseAll()
    // Past the last step: dead all the same, with all done.
    kill(getpid(), SIGKILL)
  }

  static let groupsName = "cordon-test-kills"
  /// With the freezer at every step; with signals at every other: each takes a process of its own.
  static let cases: [(String, Int)] =
    (FreezerGroups.find(folderName: groupsName) == nil ? [] : (1...10).map { (groupsName, $0) })
    + stride(from: 2, through: 8, by: 2).map { ("", $0) }

  @Test(arguments: cases) func suspensionSurvivesKills(way: String, step: Int) async throws {
    try await withTemporaryFolder { folder in
      let machine = try RealMachine.machine()
      let child = try Child(ProcessSuspensionTests.busy, arguments: [folder])
      defer { child.end() }
      #expect(ProcessSuspensionTests.isMoving(folder))
      let target = try child.reference(machine)
      let (pid, ticks) = (target.pid, target.startTicks)
      await #expect(processExitsWith: .signal(SIGKILL)) {
        [
          folder = folder as String, way = way as String, pid = pid as UInt32, ticks = ticks as UInt64,
          step = step as Int
        ] in
        try Self.live(folder, groups: way, isKill: false, pid: pid, ticks: ticks, step: step)
      }
      let groups = way.isEmpty ? nil : FreezerGroups.find(folderName: way)
      var executor = try Self.executor(folder, groups: groups, trap: nil)
      try executor.reconcile()
      // Held and still, or let go and moving: nothing in between.
      if executor.holds.isEmpty {
        #expect(ProcessSuspensionTests.isMoving(folder))
      } else {
        #expect(executor.holds.map(\.state) == [.held])
        #expect(ProcessSuspensionTests.isStill(folder))
      }
      _ = try executor.releaseAll()
      #expect(executor.holds.isEmpty)
      #expect(ProcessSuspensionTests.isMoving(folder))
    }
  }

  @Test(arguments: 1...7) func aKillIsNeverRepeated(step: Int) async throws {
    try await withTemporaryFolder { folder in
      let machine = try RealMachine.machine()
      let child = try Child("while :; do :; done")
      defer { child.end() }
      let target = try child.reference(machine)
      let (pid, ticks) = (target.pid, target.startTicks)
      await #expect(processExitsWith: .signal(SIGKILL)) {
        [folder = folder as String, pid = pid as UInt32, ticks = ticks as UInt64, step = step as Int] in
        try Self.live(folder, groups: "", isKill: true, pid: pid, ticks: ticks, step: step)
      }
      let lived = machine.process(pid)?.isDead == false
      var executor = try Self.executor(folder, groups: nil, trap: nil)
      try executor.reconcile()
      #expect(executor.holds.isEmpty)
      // Whoever lived through the crash lives through the new start, and the outcome says which it was.
      #expect((machine.process(pid)?.isDead == false) == lived)
      if let outcome = executor.journal.state.outcomes.first {
        #expect(outcome.state == (lived ? .failed : .held))
      } else {
        #expect(lived && step == 1)
      }
    }
  }
}

/// Counts calls, from 1.
final class Counter: Sendable {
  private let count = Atomic<Int>(0)

  func next() -> Int { count.add(1, ordering: .relaxed).newValue }
}
