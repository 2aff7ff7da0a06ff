import CLinux
import CordonCore
import Glibc

/// A pidfd of one certain process: signals through it reach that process or nobody.
struct ProcessHandle: ~Copyable {
  private let fd: Int32

  private init(fd: Int32) { self.fd = fd }

  /// Nil where the process is gone or its number belongs to another by now.
  static func open(pid: UInt32, startTicks: UInt64, machine: any Machine) -> ProcessHandle? {
    guard let number = pid_t(exactly: pid), number > 1 else { return nil }
    let fd = cordon_pidfd_open(number)
    guard fd >= 0 else { return nil }
    let handle = ProcessHandle(fd: fd)
    // Looked at after the descriptor was opened: the number cannot have changed hands before it.
    guard let facts = machine.process(pid), facts.startTicks == startTicks, !facts.isDead else { return nil }
    return handle
  }

  /// False where the process has ended meanwhile; `not-applied` where the kernel refuses.
  func signal(_ number: Int32) throws(CordonError) -> Bool {
    let outcome = cordon_pidfd_signal(fd, number)
    if outcome == -ESRCH { return false }
    guard outcome == 0 else {
      throw .notApplied("The process could not be signalled: \(String(cString: strerror(-outcome))).")
    }
    return true
  }

  /// Whether it ends within a time; a pidfd becomes readable when its process ends.
  func hasEnded(within milliseconds: Int32) -> Bool {
    var polled = pollfd(fd: fd, events: Int16(POLLIN), revents: 0)
    return poll(&polled, 1, milliseconds) == 1
  }

  deinit { close(fd) }
}
