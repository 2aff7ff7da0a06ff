package import CordonCore
import Glibc
import Synchronization

/// The site's own time, through libc: weeks have hours, and days have ends, where people live.
///
/// libc knows one zone at a time for the whole process, so the zone is set when it changes, under a lock. An unknown zone
/// counts as UTC, as libc has it.
package enum SiteTime {
  private static let zone = Mutex<String?>(nil)

  /// Seconds that a zone's clocks are ahead of UTC at a moment.
  ///
  /// - Parameter name: an IANA name, such as `Europe/Zurich`.
  package static func offset(in name: String, at time: Timestamp) -> Int {
    guard name != "UTC", !name.isEmpty else { return 0 }
    return zone.withLock { current in
      if current != name {
        setenv("TZ", name, 1)
        tzset()
        current = name
      }
      var seconds = time_t(time.milliseconds / 1000)
      var parts = tm()
      return localtime_r(&seconds, &parts) == nil ? 0 : parts.tm_gmtoff
    }
  }
}
