package import CordonCore
import Glibc

/// The right to change the journal and what it names: one holder a machine, given up when its process ends.
package struct JournalLock: ~Copyable, Sendable {
  private let fd: Int32

  private init(fd: Int32) { self.fd = fd }

  /// Creates the folder (0700) where it is missing, and takes the lock; `journal-locked` where another has it.
  package static func take(folder: String) throws(CordonError) -> JournalLock {
    mkdir(folder, 0o700)
    let path = folder + "/journal.lock"
    let fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard fd >= 0 else {
      throw CordonError(
        .inputOutput, "journal-io", "\(path) could not be opened: \(String(cString: strerror(errno))).",
        remedy: "Run this as root; the folder belongs to it.")
    }
    guard flock(fd, LOCK_EX | LOCK_NB) == 0 else {
      close(fd)
      throw CordonError(
        .conflict, "journal-locked", "Another process holds \(path): the agent is running.",
        remedy: "Ask the running agent, through its control socket.")
    }
    return JournalLock(fd: fd)
  }

  deinit { close(fd) }
}
