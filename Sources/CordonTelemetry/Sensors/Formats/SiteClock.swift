package import CordonCore
import Glibc
import Synchronization

/// How far the site's clock is ahead of UTC, by the machine's own time zone rules.
package enum SiteClock {
  /// The machine's own zone, whatever the site's is.
  package static let machineZone = ":/etc/localtime"

  /// The zone that libc was told last. libc knows one at a time, for the whole process.
  private static let zone = Mutex("")

  /// Seconds ahead of UTC in a zone at a moment; 0 for a zone that the machine has no rules of.
  package static func offset(of name: String, at time: Timestamp) -> Int {
    zone.withLock { zone in
      if zone != name {
        setenv("TZ", name, 1)
        tzset()
        zone = name
      }
      var seconds = time_t(time.milliseconds.flooredSeconds)
      var parts = tm()
      guard localtime_r(&seconds, &parts) != nil else { return 0 }
      return Int(parts.tm_gmtoff)
    }
  }
}

extension Int64 {
  /// Whole seconds of milliseconds, rounded down.
  fileprivate var flooredSeconds: Int64 { self / 1000 - (self % 1000 < 0 ? 1 : 0) }
}
