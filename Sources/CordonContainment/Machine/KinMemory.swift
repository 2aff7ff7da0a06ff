package import CordonCore
import Synchronization

/// Descendants that left their ancestor's tree, as who watches the machine remembers them.
///
/// A daemon forks twice, and its parent becomes PID 1: /proc then no longer tells whose child it was. These are hints,
/// from a process that reads hostile bytes: the machine believes none without looking (`LinuxMachine.escaped`).
package final class KinMemory: Sendable {
  /// A process that once had an ancestor.
  package struct Kin: Hashable, Sendable {
    package var pid: UInt32
    /// When it was last seen: a process of that number that started later is another.
    package var seen: Timestamp

    package init(pid: UInt32, seen: Timestamp) {
      self.pid = pid
      self.seen = seen
    }
  }

  /// Processes whose kin are remembered; the oldest gives way.
  package static let mostProcesses = 64
  /// Kin of one process; what is beyond is not remembered.
  package static let mostKin = 512

  private let state = Mutex<(order: [ProcessRef], kin: [ProcessRef: [Kin]])>(([], [:]))

  package init() {}

  /// Remembers, in place of what was known of that process.
  package func note(_ kin: [Kin], of process: ProcessRef) {
    state.withLock { state in
      let key = Self.key(process)
      if state.kin[key] == nil {
        if state.order.count >= Self.mostProcesses { state.kin[state.order.removeFirst()] = nil }
        state.order.append(key)
      }
      state.kin[key] = Array(kin.prefix(Self.mostKin))
    }
  }

  package func kin(of process: ProcessRef) -> [Kin] { state.withLock { $0.kin[Self.key(process)] ?? [] } }

  /// The executable is for people; it does not tell processes apart.
  private static func key(_ process: ProcessRef) -> ProcessRef {
    ProcessRef(pid: process.pid, startTicks: process.startTicks, bootID: process.bootID)
  }
}
