import CLinux
package import CordonCore
import Glibc

/// Held by the one process that may change a spool; given back with the last reference, and by the kernel with the process.
///
/// A keeper that was killed leaves a worker that still spools what it has, and the next keeper starts another one: that
/// has to wait, or it would take in again what the other is just making durable.
package final class SpoolLock: Sendable {
  /// Between two tries.
  private static let pause = timespec(tv_sec: 0, tv_nsec: 20_000_000)

  private let descriptor: Int32

  /// Waits for the lock of a spool at a path; blocks. Codes: `spool-locked` once the patience is over, `sqlite-io`.
  package init(path: String, patience: Duration = .seconds(30)) throws(CordonError) {
    let file = path + ".lock"
    descriptor = open(file, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else {
      throw CordonError(
        .inputOutput, "sqlite-io", "\(file) cannot be opened: \(String(cString: strerror(errno))).",
        remedy: "Look at the folder's owner and mode.")
    }
    let deadline = ContinuousClock.now + patience
    while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
      guard ContinuousClock.now < deadline else {
        throw CordonError(
          .unavailable, "spool-locked", "Another worker still uses the spool \(path).",
          remedy: "End it, or wait until it has ended.")
      }
      var pause = Self.pause
      nanosleep(&pause, nil)
    }
  }

  deinit { close(descriptor) }
}
