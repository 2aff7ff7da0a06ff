package import CordonCore
import Glibc

/// `suspend-process`: a process and its descendants, also those that left its tree, stop running, and go on later.
///
/// With a cgroup v2 freezer, they are moved into a frozen group, which no signal undoes; without one, each is stopped
/// with SIGSTOP, which whoever may signal it can undo: the agent then stops it again when it next looks.
package struct ProcessSuspension: ActionEffect {
  private let machine: any Machine
  private let groups: FreezerGroups?

  /// How long the kernel may take to freeze or stop a tree.
  package static let patience: Duration = .seconds(2)
  /// A tree that grows faster than this many looks can follow is not held.
  package static let mostRounds = 32

  /// Without groups, SIGSTOP is used.
  package init(machine: any Machine, groups: FreezerGroups?) {
    self.machine = machine
    self.groups = groups
  }

  package func plan(_ target: Target, command: UniqueID, others: [Hold]) throws(CordonError) -> Undo {
    let tree = try machine.tree(of: try process(of: target))
    if let groups, let frozen = frozen(tree, others, groups) {
      return .thaw(group: groups.name(command), processes: frozen)
    }
    return .resume(tree.map { stopped($0, others) })
  }

  package func apply(
    _ hold: Hold, others: [Hold], amend: (Undo) throws(CordonError) -> Void
  ) throws(CordonError) {
    switch hold.undo {
    case .thaw(let group, let processes):
      guard let groups else { throw .notApplied("The control group hierarchy is gone.") }
      do throws(CordonError) {
        try freeze(hold, group, processes, others, groups, amend)
      } catch  where error.code == "not-applied" {
        // The freezer would not have it (threaded groups, a delegated hierarchy): signals do as well.
        _ = thaw(group, processes, others, groups)
        let tree = try machine.tree(of: try process(of: hold.target))
        let stopped = tree.map { self.stopped($0, others) }
        try amend(.resume(stopped))
        try stop(hold, stopped, others, amend)
      }
    case .resume(let processes): try stop(hold, processes, others, amend)
    case .unblock, .none: throw CordonError(.defect, "undo-kind", "A suspension cannot be undone like that.")
    }
  }

  package func verify(_ hold: Hold) throws(CordonError) -> [String] {
    switch hold.undo {
    case .thaw(let group, _):
      let members = groups?.members(of: group).count ?? 0
      guard let groups, members > 0, groups.isFrozen(group, within: Self.patience), isInPlace(hold) else {
        throw .notEffective("The kernel does not report the control group as frozen.")
      }
      return ["the kernel reports the control group as frozen", "\(members) processes are in it"]
    case .resume(let processes):
      let living = processes.filter { isLiving($0) }
      guard !living.isEmpty, areStopped(living, within: Self.patience) else {
        throw .notEffective("Not every process is stopped.")
      }
      return ["\(living.count) processes are in state T (stopped by signal)"]
    case .unblock, .none: throw .notEffective("Nothing is suspended.")
    }
  }

  package func undo(_ hold: Hold, others: [Hold]) throws(CordonError) -> [String] {
    switch hold.undo {
    case .thaw(let group, let processes):
      guard let groups else { throw .notApplied("The control group hierarchy is gone, so nothing can be thawed.") }
      return ["\(thaw(group, processes, others, groups)) processes go on in the control groups that they came from"]
    case .resume(let processes): return ["\(try resume(processes, others)) processes go on"]
    case .unblock, .none: return []
    }
  }

  package func isInPlace(_ hold: Hold) -> Bool {
    guard case .process(let process) = hold.target,
      let facts = machine.process(process.pid), facts.startTicks == process.startTicks, !facts.isDead
    else { return true }
    switch hold.undo {
    // Another hold may have taken it over into its own group.
    case .thaw: return groups?.group(of: process.pid).map { groups?.isOurs($0) == true } ?? false
    case .resume(let processes): return facts.isHeld(among: processes.compactMap { machine.process($0.pid) })
    case .unblock, .none: return true
    }
  }

  /// Thaws groups of ours that no hold names: what a lost journal left behind.
  package func thawStrays(except holds: [Hold]) -> Int {
    guard let groups else { return 0 }
    let known = Set(holds.map { groups.name($0.commandID) })
    let strays = groups.all().filter { !known.contains($0) }
    for stray in strays { _ = thaw(stray, [], holds, groups) }
    return strays.count
  }

  private func process(of target: Target) throws(CordonError) -> ProcessRef {
    guard case .process(let process) = target else {
      throw CordonError(.defect, "target-kind", "Only a process can be suspended.")
    }
    return process
  }
}

// MARK: Freezer

extension ProcessSuspension {
  /// Nil where a process's group is out of sight: then it could not be put back.
  private func frozen(_ tree: [ProcessFacts], _ others: [Hold], _ groups: FreezerGroups) -> [Undo.FrozenProcess]? {
    var frozen: [Undo.FrozenProcess] = []
    for facts in tree {
      guard let group = groups.group(of: facts.pid) else { return nil }
      let original = groups.isOurs(group) ? originalGroup(of: facts, others) : group
      frozen.append(.init(pid: facts.pid, startTicks: facts.startTicks, originalGroup: original))
    }
    return frozen
  }

  private func originalGroup(of facts: ProcessFacts, _ others: [Hold]) -> String {
    for case .thaw(_, let processes) in others.map(\.undo) {
      if let known = processes.first(where: { $0.pid == facts.pid && $0.startTicks == facts.startTicks }) {
        return known.originalGroup
      }
    }
    return "/"
  }

  private func freeze(
    _ hold: Hold, _ group: String, _ processes: [Undo.FrozenProcess], _ others: [Hold], _ groups: FreezerGroups,
    _ amend: (Undo) throws(CordonError) -> Void
  ) throws(CordonError) {
    let target = try process(of: hold.target)
    var known = processes
    try groups.makeFrozen(group)
    for _ in 0..<Self.mostRounds {
      let tree = try machine.tree(of: target, with: known.map { ($0.pid, $0.startTicks) })
      let fresh = tree.filter { facts in
        !known.contains { $0.pid == facts.pid && $0.startTicks == facts.startTicks }
      }
      if !fresh.isEmpty {
        guard let more = frozen(fresh, others, groups) else { throw .notApplied("A child's control group is hidden.") }
        known += more
        try amend(.thaw(group: group, processes: known))
      }
      let outside = tree.filter { groups.group(of: $0.pid) != group && !$0.isDead }
      if outside.isEmpty { return }
      for facts in outside { try move(facts, to: group, groups) }
    }
    throw .notApplied("The process starts children faster than they can be frozen.")
  }

  private func move(_ facts: ProcessFacts, to group: String, _ groups: FreezerGroups) throws(CordonError) {
    let before = groups.group(of: facts.pid)
    guard try groups.move(facts.pid, to: group) else { return }
    // The number may have changed hands between the look and the move: the stranger goes back.
    guard let now = machine.process(facts.pid), now.startTicks != facts.startTicks, let before else { return }
    try groups.moveBack(facts.pid, to: before)
  }

  /// Empties the group, then removes it, which thaws whatever could not be moved.
  private func thaw(
    _ group: String, _ processes: [Undo.FrozenProcess], _ others: [Hold], _ groups: FreezerGroups
  ) -> Int {
    var count = 0
    for pid in groups.members(of: group) {
      guard let facts = machine.process(pid) else { continue }
      let original = processes.first { $0.pid == pid && $0.startTicks == facts.startTicks }?.originalGroup
      let holder = others.first { $0.undo.covers(pid: pid, startTicks: facts.startTicks) }
      do throws(CordonError) {
        if let holder, case .thaw(let other, _) = holder.undo, other != group {
          try groups.makeFrozen(other)
          _ = try groups.move(pid, to: other)
        } else {
          try groups.moveBack(pid, to: original ?? processes.first?.originalGroup ?? "/")
          count += 1
        }
      } catch { count += 1 }
    }
    groups.remove(group)
    return count
  }
}

// MARK: Signals

extension ProcessSuspension {
  private func stopped(_ facts: ProcessFacts, _ others: [Hold]) -> Undo.StoppedProcess {
    var wasStopped = facts.isStopped
    for case .resume(let processes) in others.map(\.undo) {
      if let known = processes.first(where: { $0.pid == facts.pid && $0.startTicks == facts.startTicks }) {
        wasStopped = known.wasStopped
      }
    }
    return .init(pid: facts.pid, startTicks: facts.startTicks, wasStopped: wasStopped)
  }

  private func stop(
    _ hold: Hold, _ processes: [Undo.StoppedProcess], _ others: [Hold], _ amend: (Undo) throws(CordonError) -> Void
  ) throws(CordonError) {
    let target = try process(of: hold.target)
    var known = processes
    for _ in 0..<Self.mostRounds {
      let tree = try machine.tree(of: target, with: known.map { ($0.pid, $0.startTicks) })
      let fresh = tree.filter { facts in
        !known.contains { $0.pid == facts.pid && $0.startTicks == facts.startTicks }
      }
      if !fresh.isEmpty {
        known += fresh.map { stopped($0, others) }
        try amend(.resume(known))
      }
      let running = tree.filter { !$0.isHeld(among: tree) && !$0.isDead }
      if running.isEmpty { return }
      for facts in running {
        guard let handle = ProcessHandle.open(pid: facts.pid, startTicks: facts.startTicks, machine: machine) else {
          continue
        }
        _ = try handle.signal(SIGSTOP)
      }
      _ = areStopped(known.filter { isLiving($0) }, within: .milliseconds(100))
    }
    throw .notApplied("The process starts children faster than they can be stopped.")
  }

  private func resume(_ processes: [Undo.StoppedProcess], _ others: [Hold]) throws(CordonError) -> Int {
    var count = 0
    for process in processes where !process.wasStopped {
      guard !others.contains(where: { $0.undo.covers(pid: process.pid, startTicks: process.startTicks) }),
        let handle = ProcessHandle.open(pid: process.pid, startTicks: process.startTicks, machine: machine)
      else { continue }
      if try handle.signal(SIGCONT) { count += 1 }
    }
    return count
  }

  private func isLiving(_ process: Undo.StoppedProcess) -> Bool {
    guard let facts = machine.process(process.pid) else { return false }
    return facts.startTicks == process.startTicks && !facts.isDead
  }

  /// There is nothing to wait on but time: /proc does not signal a change of state.
  private func areStopped(_ processes: [Undo.StoppedProcess], within patience: Duration) -> Bool {
    var left = patience.milliseconds
    while true {
      let facts = processes.compactMap { machine.process($0.pid) }
      if facts.allSatisfy({ $0.isHeld(among: facts) }) { return true }
      guard left > 0 else { return false }
      poll(nil, 0, 2)
      left -= 2
    }
  }
}
