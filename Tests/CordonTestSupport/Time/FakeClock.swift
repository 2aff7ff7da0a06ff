package import CordonCore
import Synchronization

/// Wall-clock time that moves only when a test moves it.
package final class FakeClock: WallClock {
  private let time: Mutex<Timestamp>

  /// 2026-01-01T00:00:00Z unless said otherwise.
  package init(at start: Timestamp = FakeClock.start) { time = Mutex(start) }

  package static let start = Timestamp(milliseconds: 1_767_225_600_000)

  package var now: Timestamp { time.withLock { $0 } }

  package func advance(by duration: Duration) { time.withLock { $0 = $0.advanced(by: duration) } }

  package func set(_ moment: Timestamp) { time.withLock { $0 = moment } }
}
