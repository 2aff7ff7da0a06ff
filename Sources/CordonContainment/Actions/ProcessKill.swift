package import CordonCore
import Glibc

/// `kill-process`: SIGKILL through a pidfd, once.
package struct ProcessKill: ActionEffect {
  private let machine: any Machine

  /// How long a killed process may take to end.
  package static let patience: Duration = .seconds(2)

  package init(machine: any Machine) { self.machine = machine }

  package func plan(_ target: Target, command: UniqueID, others: [Hold]) throws(CordonError) -> Undo {
    _ = try machine.current(try process(of: target))
    return .none
  }

  package func apply(
    _ hold: Hold, others: [Hold], amend: (Undo) throws(CordonError) -> Void
  ) throws(CordonError) {
    let process = try process(of: hold.target)
    _ = try machine.current(process)
    guard let handle = ProcessHandle.open(pid: process.pid, startTicks: process.startTicks, machine: machine) else {
      return
    }
    if try handle.signal(SIGKILL) { _ = handle.hasEnded(within: Int32(Self.patience.milliseconds)) }
  }

  package func verify(_ hold: Hold) throws(CordonError) -> [String] {
    guard isInPlace(hold) else { throw .notEffective("The process still lives after SIGKILL.") }
    return ["the process is gone"]
  }

  package func undo(_ hold: Hold, others: [Hold]) throws(CordonError) -> [String] { [] }

  package func isInPlace(_ hold: Hold) -> Bool {
    guard case .process(let process) = hold.target else { return false }
    guard process.bootID == machine.bootID else { return true }
    guard let facts = machine.process(process.pid), facts.startTicks == process.startTicks else { return true }
    return facts.isDead
  }

  private func process(of target: Target) throws(CordonError) -> ProcessRef {
    guard case .process(let process) = target else {
      throw CordonError(.defect, "target-kind", "Only a process can be killed.")
    }
    return process
  }
}
