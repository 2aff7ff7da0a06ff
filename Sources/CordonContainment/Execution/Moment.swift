import CLinux
package import CordonCore
import Glibc

/// A reading of both clocks: wall time, and time since boot, which counts sleep and cannot be set.
package struct Moment: Hashable, Sendable {
  package var wall: Timestamp
  /// Milliseconds of CLOCK_BOOTTIME.
  package var sinceBoot: Int64
  /// Which boot `sinceBoot` counts from.
  package var bootID: String

  package init(wall: Timestamp, sinceBoot: Int64, bootID: String) {
    self.wall = wall
    self.sinceBoot = sinceBoot
    self.bootID = bootID
  }

  /// How long after `earlier`: by the boot's clock within a boot, by wall time across boots; never negative.
  package func elapsed(since earlier: Moment) -> Duration {
    let elapsed =
      bootID == earlier.bootID
      ? sinceBoot.subtractingReportingOverflow(earlier.sinceBoot).partialValue : wall.since(earlier.wall).milliseconds
    return .milliseconds(max(0, elapsed))
  }
}

/// Where containment reads the time; tests hand in their own.
package protocol MomentClock: Sendable {
  /// Both clocks now.
  var now: Moment { get }
}

/// The machine's own clocks.
package struct SystemMomentClock: MomentClock {
  private let bootID: String

  package init(bootID: String) { self.bootID = bootID }

  package var now: Moment {
    Moment(
      wall: Timestamp(milliseconds: Self.milliseconds(CLOCK_REALTIME)), sinceBoot: Self.milliseconds(CLOCK_BOOTTIME),
      bootID: bootID)
  }

  private static func milliseconds(_ clock: clockid_t) -> Int64 {
    var time = timespec()
    clock_gettime(clock, &time)
    return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
  }
}
