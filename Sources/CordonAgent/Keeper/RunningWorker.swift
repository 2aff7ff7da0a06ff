import Glibc
import Synchronization

/// The worker that runs now, for those who only want to signal it.
final class RunningWorker: Sendable {
  private let pid = Mutex<pid_t?>(nil)

  /// To be forgotten before it is reaped: its number is another process's then.
  func replace(with next: pid_t?) { pid.withLock { $0 = next } }

  /// False where none runs.
  func signal(_ number: Int32) -> Bool { pid.withLock { pid in pid.map { kill($0, number) == 0 } ?? false } }
}
