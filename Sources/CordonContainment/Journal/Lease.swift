package import CordonCore

/// How long a reversible action may last; it ends by itself.
///
/// Within the boot that granted it, it runs on CLOCK_BOOTTIME: setting the wall clock changes nothing. After a
/// restart it runs on wall time, and never has longer to go than was granted, even if the clock was set back.
package struct Lease: Hashable, Sendable {
  package var granted: Moment
  package var length: Duration

  /// No order may ask for longer.
  package static let longest: Duration = .seconds(30 * 24 * 3600)

  package init(granted: Moment, length: Duration) {
    self.granted = granted
    self.length = max(.zero, min(length, Self.longest))
  }

  /// Time to go; zero once it has expired.
  package func remaining(at now: Moment) -> Duration {
    if now.bootID == granted.bootID { return max(.zero, length - now.elapsed(since: granted)) }
    return max(.zero, min(length, granted.wall.advanced(by: length).since(now.wall)))
  }

  /// When it ends, as wall time seen from now.
  package func end(at now: Moment) -> Timestamp { now.wall.advanced(by: remaining(at: now)) }
}
