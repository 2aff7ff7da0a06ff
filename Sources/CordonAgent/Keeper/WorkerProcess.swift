import CLinux
import CordonCore
import Glibc

/// The worker as a child process of the keeper: the same program, with the seam as its descriptor 3, and the way for sockets as 4.
struct WorkerProcess: Sendable {
  /// Where the worker finds its end of the seam.
  static let seamDescriptor: Int32 = 3
  /// Where it finds its end of the way on which sockets come.
  static let channelDescriptor: Int32 = 4

  let pid: pid_t

  /// Starts this very program as `worker`; its ends of both channels are closed here afterwards.
  static func start(arguments: [String], seam: Int32, descriptors: Int32) throws(CordonError) -> WorkerProcess {
    defer {
      close(seam)
      close(descriptors)
    }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    // Both are above 4 here: a keeper has its journal, its control socket and its sensors open.
    posix_spawn_file_actions_adddup2(&actions, seam, seamDescriptor)
    posix_spawn_file_actions_adddup2(&actions, descriptors, channelDescriptor)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    // A group of its own: a terminal's Ctrl-C reaches the keeper, which then stops its worker in order.
    // Threads of the runtime block signals; the worker must not inherit that.
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK))
    posix_spawnattr_setpgroup(&attributes, 0)
    var words = (["cordon-agent", "worker"] + arguments).map { strdup($0) }
    words.append(nil)
    defer { for word in words { free(word) } }
    var pid = pid_t()
    let failure = posix_spawn(&pid, "/proc/self/exe", &actions, &attributes, words, environ)
    guard failure == 0 else {
      throw CordonError(
        .unavailable, "worker", "The worker process could not be started: \(String(cString: strerror(failure))).")
    }
    return WorkerProcess(pid: pid)
  }

  /// Waits for the end, killing the process where it outlasts the patience.
  func reap(patience: Duration) async -> String {
    let deadline = ContinuousClock.now + patience
    var status: Int32 = 0
    while true {
      let result = waitpid(pid, &status, WNOHANG)
      if result == pid { break }
      if result < 0 { return "gone" }
      if ContinuousClock.now > deadline { kill(pid, SIGKILL) }
      await pause()
    }
    let signal = status & 0x7F
    return signal == 0 ? "exit code \((status >> 8) & 0xFF)" : "signal \(signal)"
  }

  /// Sleeps even where the task is cancelled: a stop must not turn this wait into a busy one.
  private func pause() async {
    guard (try? await Task.sleep(for: .milliseconds(20))) == nil else { return }
    var length = timespec(tv_sec: 0, tv_nsec: 20_000_000)
    nanosleep(&length, nil)
  }
}
