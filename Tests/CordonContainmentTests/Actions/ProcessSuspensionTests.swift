import CordonContainment
import CordonCore
import CordonTestSupport
import Glibc
import Testing

/// On real children of the test; both ways of stopping them.
@Suite(.enabled(if: RealMachine.isRoot, RealMachine.rootOnly), .serialized) struct ProcessSuspensionTests {
  /// A shell and two children, each of which adds to a file again and again.
  static let busy = """
    (while :; do printf x >> "$1/a"; sleep 0.02; done) &
    (while :; do printf x >> "$1/b"; sleep 0.02; done) &
    while :; do printf x >> "$1/c"; sleep 0.02; done
    """

  static let groups = FreezerGroups.find(folderName: "cordon-test")
  /// With the freezer where the machine has one, and with signals.
  static var ways: [FreezerGroups?] { groups == nil ? [nil] : [groups, nil] }

  static func hold(_ number: UInt64, _ target: ProcessRef, _ undo: Undo) -> Hold {
    Hold(
      commandID: Sample.id(number), action: .suspendProcess(target), target: .process(target), authority: .operators,
      lease: Lease(granted: Sample.start, length: .seconds(60)), maxUntil: Sample.start.wall, undo: undo)
  }

  static func suspend(
    _ number: UInt64, _ target: ProcessRef, _ suspension: ProcessSuspension, others: [Hold] = []
  ) throws -> Hold {
    let undo = try suspension.plan(.process(target), command: Sample.id(number), others: others)
    var hold = hold(number, target, undo)
    let planned = hold
    try suspension.apply(planned, others: others) { hold.undo = $0 }
    // As the executor does: a write that was under way when the order came has ended when the kernel reports it.
    _ = try suspension.verify(hold)
    return hold
  }

  static func isMoving(_ folder: String, _ names: [String] = ["a", "b", "c"]) -> Bool {
    let before = names.map { counter("\(folder)/\($0)") }
    return RealMachine.waits(for: { zip(names, before).allSatisfy { counter("\(folder)/\($0)") > $1 } })
  }

  static func isStill(_ folder: String) -> Bool {
    let names = ["a", "b", "c"]
    let before = names.map { counter("\(folder)/\($0)") }
    poll(nil, 0, 150)
    return before == names.map { counter("\(folder)/\($0)") }
  }

  static func withBusyChild(_ body: (Child, ProcessRef, LinuxMachine, String) throws -> Void) throws {
    try withTemporaryFolder { folder in
      let machine = try RealMachine.machine()
      let child = try Child(busy, arguments: [folder])
      defer { child.end() }
      #expect(isMoving(folder))
      try body(child, try child.reference(machine), machine, folder)
    }
  }

  @Test(arguments: ways) func stopsTheTreeAndLetsItGoOn(groups: FreezerGroups?) throws {
    try Self.withBusyChild { child, target, machine, folder in
      let before = KernelFile.text("/proc/\(target.pid)/cgroup")
      let suspension = ProcessSuspension(machine: machine, groups: groups)
      let hold = try Self.suspend(1, target, suspension)
      #expect(Self.isStill(folder))
      #expect(try suspension.verify(hold).isEmpty == false)
      #expect(suspension.isInPlace(hold))
      if case .thaw(_, let processes) = hold.undo { #expect(processes.count >= 3) }
      // Again: as after a crash.
      try suspension.apply(hold, others: []) { _ in }
      #expect(Self.isStill(folder))
      _ = try suspension.undo(hold, others: [])
      #expect(Self.isMoving(folder))
      #expect(KernelFile.text("/proc/\(target.pid)/cgroup") == before)
      #expect(throws: CordonError.self) { try suspension.verify(hold) }
      _ = try suspension.undo(hold, others: [])
      #expect(Self.isMoving(folder))
    }
  }

  /// Two orders on one process: it goes on when the last of them ends, whichever that is.
  @Test(arguments: ways, [true, false]) func overlappingHolds(groups: FreezerGroups?, firstEndsFirst: Bool) throws {
    try Self.withBusyChild { child, target, machine, folder in
      let before = KernelFile.text("/proc/\(target.pid)/cgroup")
      let suspension = ProcessSuspension(machine: machine, groups: groups)
      let first = try Self.suspend(2, target, suspension)
      let second = try Self.suspend(3, target, suspension, others: [first])
      #expect(suspension.isInPlace(first) && suspension.isInPlace(second))
      let (early, late) = firstEndsFirst ? (first, second) : (second, first)
      _ = try suspension.undo(early, others: [late])
      #expect(Self.isStill(folder))
      #expect(suspension.isInPlace(late))
      _ = try suspension.undo(late, others: [])
      #expect(Self.isMoving(folder))
      #expect(KernelFile.text("/proc/\(target.pid)/cgroup") == before)
    }
  }

  /// Forks twice, leaves its session, and works on as a child of PID 1; the parent works, too.
  static let daemon = """
    import os, sys, time
    def work(name):
      while True:
        with open(sys.argv[1] + "/" + name, "a") as file: file.write("x")
        time.sleep(0.02)
    if os.fork() == 0:
      os.setsid()
      if os.fork() == 0:
        if len(sys.argv) > 2: os.execvp("/bin/sh", ["sh", "-c", sys.argv[2], "sh", sys.argv[1]])
        work("b")
      os._exit(0)
    os.wait()
    work("a")
    """

  /// A fork that never executed anything else is known by what it inherited.
  @Test(arguments: ways) func aDaemonThatForkedAwayIsStoppedToo(groups: FreezerGroups?) throws {
    try withTemporaryFolder { folder in
      let machine = try RealMachine.machine()
      let child = try Child("exec /usr/bin/python3 -c \"$2\" \"$1\"", arguments: [folder, Self.daemon])
      let names = ["a", "b"]
      #expect(Self.isMoving(folder, names))
      let target = try child.reference(machine)
      let escaped = machine.escaped(from: try #require(machine.process(target.pid)))
      defer {
        child.end()
        for facts in escaped { kill(pid_t(facts.pid), SIGKILL) }
      }
      #expect(escaped.count == 1)
      #expect(escaped.allSatisfy { $0.parent != target.pid })
      let suspension = ProcessSuspension(machine: machine, groups: groups)
      let hold = try Self.suspend(20, target, suspension)
      #expect(Self.isStill(folder))
      _ = try suspension.undo(hold, others: [])
      #expect(Self.isMoving(folder, names))
    }
  }

  /// What executed another program after it left is known by what was seen of it, and only where that holds.
  @Test(arguments: ways) func aRememberedDescendantIsStoppedToo(groups: FreezerGroups?) throws {
    try withTemporaryFolder { folder in
      let kin = KinMemory()
      let machine = LinuxMachine(bootID: try KernelFile.bootID(), kin: kin, collectors: { [] })
      let script = "echo $$ > \"$1/pid\"; while :; do printf x >> \"$1/b\"; sleep 0.02; done"
      let child = try Child(
        "exec /usr/bin/python3 -c \"$2\" \"$1\" \"$3\"", arguments: [folder, Self.daemon, script])
      #expect(Self.isMoving(folder, ["a", "b"]))
      let left = try #require(UInt32((KernelFile.text("\(folder)/pid") ?? "").filter(\.isNumber)))
      defer {
        child.end()
        kill(pid_t(left), SIGKILL)
      }
      let target = try child.reference(machine)
      let root = try #require(machine.process(target.pid))
      #expect(machine.escaped(from: root).isEmpty, "nothing tells that it is one of them")
      let now = Timestamp(milliseconds: Int64(time(nil)) * 1000)
      kin.note([.init(pid: left, seen: now.advanced(by: .seconds(-3600))), .init(pid: 1, seen: now)], of: target)
      #expect(machine.escaped(from: root).isEmpty, "a process of that number started later, and PID 1 started before")
      kin.note([.init(pid: left, seen: now)], of: target)
      let suspension = ProcessSuspension(machine: machine, groups: groups)
      let hold = try Self.suspend(21, target, suspension)
      #expect(Self.isStill(folder))
      _ = try suspension.undo(hold, others: [])
      #expect(Self.isMoving(folder, ["a", "b"]))
    }
  }

  /// A program that starts children all the time does not slip away.
  @Test(arguments: ways) func stopsAProgramThatForks(groups: FreezerGroups?) throws {
    try withTemporaryFolder { folder in
      let machine = try RealMachine.machine()
      let child = try Child(
        "while :; do sleep 0.005; (printf x >> \"$1/a\"; printf x >> \"$1/b\"; printf x >> \"$1/c\") & wait; done",
        arguments: [folder])
      defer { child.end() }
      #expect(Self.isMoving(folder))
      let suspension = ProcessSuspension(machine: machine, groups: groups)
      let hold = try Self.suspend(4, try child.reference(machine), suspension)
      #expect(Self.isStill(folder))
      _ = try suspension.undo(hold, others: [])
      #expect(Self.isMoving(folder))
    }
  }

  /// Whoever was stopped before stays stopped after.
  @Test func leavesStoppedWhatWasStopped() throws {
    try Self.withBusyChild { child, target, machine, folder in
      kill(-child.pid, SIGSTOP)
      #expect(RealMachine.waits(for: { machine.process(target.pid)?.isStopped == true }))
      let suspension = ProcessSuspension(machine: machine, groups: nil)
      let hold = try Self.suspend(5, target, suspension)
      _ = try suspension.undo(hold, others: [])
      #expect(machine.process(target.pid)?.isStopped == true)
      #expect(Self.isStill(folder))
    }
  }

  /// SIGCONT by someone else does not go unnoticed, and the next look stops it again.
  @Test func noticesWhenSomeoneContinuesIt() throws {
    try Self.withBusyChild { child, target, machine, folder in
      let suspension = ProcessSuspension(machine: machine, groups: nil)
      let hold = try Self.suspend(6, target, suspension)
      kill(-child.pid, SIGCONT)
      #expect(RealMachine.waits(for: { !suspension.isInPlace(hold) }))
      try suspension.apply(hold, others: []) { _ in }
      #expect(suspension.isInPlace(hold))
      #expect(Self.isStill(folder))
      _ = try suspension.undo(hold, others: [])
    }
  }

  /// SIGCONT does nothing to a frozen group.
  @Test(.enabled(if: groups != nil, "skipped: no writable cgroup v2 hierarchy")) func noSignalThaws() throws {
    try Self.withBusyChild { child, target, machine, folder in
      let suspension = ProcessSuspension(machine: machine, groups: Self.groups)
      let hold = try Self.suspend(7, target, suspension)
      kill(-child.pid, SIGCONT)
      #expect(Self.isStill(folder))
      _ = try suspension.undo(hold, others: [])
    }
  }

  /// A journal that was lost leaves frozen groups; the sweep at start thaws them.
  @Test(.enabled(if: groups != nil, "skipped: no writable cgroup v2 hierarchy")) func thawsStrays() throws {
    try Self.withBusyChild { child, target, machine, folder in
      let suspension = ProcessSuspension(machine: machine, groups: Self.groups)
      let hold = try Self.suspend(8, target, suspension)
      #expect(suspension.thawStrays(except: [hold]) == 0)
      #expect(Self.isStill(folder))
      #expect(suspension.thawStrays(except: []) == 1)
      #expect(Self.isMoving(folder))
    }
  }

  @Test(arguments: ways) func refusesAnother(groups: FreezerGroups?) throws {
    try Self.withBusyChild { child, target, machine, folder in
      let suspension = ProcessSuspension(machine: machine, groups: groups)
      var other = target
      other.startTicks += 1
      expectRefusal("target-changed") { _ = try Self.suspend(9, other, suspension) }
      other = target
      other.bootID = "another"
      expectRefusal("target-changed") { _ = try Self.suspend(9, other, suspension) }
      #expect(Self.isMoving(folder))
    }
  }

  @Test func killsOneProcess() throws {
    try Self.withBusyChild { child, target, machine, folder in
      let killer = ProcessKill(machine: machine)
      var other = target
      other.startTicks += 1
      expectRefusal("target-changed") { _ = try killer.plan(.process(other), command: Sample.id(1), others: []) }
      let undo = try killer.plan(.process(target), command: Sample.id(1), others: [])
      #expect(undo == .none)
      let hold = Self.hold(1, target, undo)
      #expect(!killer.isInPlace(hold))
      try killer.apply(hold, others: []) { _ in }
      #expect(try killer.verify(hold) == ["the process is gone"])
      // Its children were not named, and live.
      #expect(Self.isMoving(folder, ["a", "b"]))
    }
  }
}

extension FreezerGroups: CustomTestStringConvertible {
  package var testDescription: String { "cgroup v2 at \(mount)" }
}
