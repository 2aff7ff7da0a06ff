package import CordonCore

/// What is needed to take an action back, on disk before the action.
package enum Undo: Hashable, Sendable {
  /// Move processes out of our frozen control group, each to where it came from.
  case thaw(group: String, processes: [FrozenProcess])
  /// Continue processes that we stopped.
  case resume([StoppedProcess])
  /// Take an address out of our packet filter.
  case unblock(IPAddress)
  /// A one-shot has none.
  case none

  /// A process that was moved, and the control group it was in, below the hierarchy's mount.
  package struct FrozenProcess: Hashable, Sendable {
    package var pid: UInt32
    package var startTicks: UInt64
    package var originalGroup: String

    package init(pid: UInt32, startTicks: UInt64, originalGroup: String) {
      self.pid = pid
      self.startTicks = startTicks
      self.originalGroup = originalGroup
    }
  }

  package struct StoppedProcess: Hashable, Sendable {
    package var pid: UInt32
    package var startTicks: UInt64
    /// Stopped by someone else before us: it stays stopped.
    package var wasStopped: Bool

    package init(pid: UInt32, startTicks: UInt64, wasStopped: Bool) {
      self.pid = pid
      self.startTicks = startTicks
      self.wasStopped = wasStopped
    }
  }

  /// Whether a process is one of those that this undo would let go.
  package func covers(pid: UInt32, startTicks: UInt64) -> Bool {
    switch self {
    case .thaw(_, let processes): processes.contains { $0.pid == pid && $0.startTicks == startTicks }
    case .resume(let processes): processes.contains { $0.pid == pid && $0.startTicks == startTicks }
    case .unblock, .none: false
    }
  }
}
