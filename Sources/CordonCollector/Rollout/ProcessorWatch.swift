import CordonCore
import Synchronization

/// Remembers what each agent had used of its processor when a ring was first looked at, so that its use since can be told.
///
/// Heartbeats tell the sum since an agent's start. A collector's restart begins anew, and so do an agent's and a clock that
/// is set back: the share is of the time that is known. Memory: an entry an agent of a ring that is watched.
final class ProcessorWatch: Sendable {
  private struct Sample {
    var used: UInt64
    var at: Timestamp
  }

  private struct Key: Hashable {
    var serial: UInt64
    var agent: AgentID
  }

  private let first = Mutex<[Key: Sample]>([:])

  /// Of one processor, on average since an offer was first looked at; nil until it was long enough ago.
  func share(of agent: AgentID, with heartbeat: AgentHeartbeat, offer serial: UInt64) -> Double? {
    first.withLock { first in
      let key = Key(serial: serial, agent: agent)
      guard let known = first[key], heartbeat.cpuMilliseconds >= known.used, heartbeat.clock >= known.at else {
        first[key] = Sample(used: heartbeat.cpuMilliseconds, at: heartbeat.clock)
        return nil
      }
      let time = heartbeat.clock.since(known.at)
      guard time >= RingHealth.leastWatched else { return nil }
      return Double(heartbeat.cpuMilliseconds - known.used) / Double(time.milliseconds)
    }
  }

  /// Forgets offers that are watched no more.
  func keep(only serials: Set<UInt64>) {
    first.withLock { first in first = first.filter { serials.contains($0.key.serial) } }
  }
}
