package import CordonCore
import Synchronization

/// Wall-clock time that moves only when a test moves it.
package final class FakeClock: WallClock {
  private struct Times {
    var wall: Timestamp
    var steady: Timestamp
  }

  private let times: Mutex<Times>

  /// 2026-01-01T00:00:00Z unless said otherwise.
  package init(at start: Timestamp = FakeClock.start) { times = Mutex(Times(wall: start, steady: start)) }

  package static let start = Timestamp(milliseconds: 1_767_225_600_000)

  package var now: Timestamp { times.withLock { $0.wall } }

  /// The same time without its steps.
  package var steady: any WallClock { Steady(clock: self) }

  /// Time passes.
  package func advance(by duration: Duration) {
    times.withLock { times in
      times.wall = times.wall.advanced(by: duration)
      times.steady = times.steady.advanced(by: duration)
    }
  }

  /// Time passes until a moment.
  package func set(_ moment: Timestamp) { advance(by: moment.since(now)) }

  /// Somebody sets the clock: no time passes.
  package func step(by duration: Duration) {
    times.withLock { $0.wall = $0.wall.advanced(by: duration) }
  }

  private struct Steady: WallClock {
    let clock: FakeClock

    var now: Timestamp { clock.times.withLock { $0.steady } }
  }
}
