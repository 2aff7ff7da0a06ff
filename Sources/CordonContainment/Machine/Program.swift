import CLinux
package import CordonCore
import Glibc

/// A program of the system run to its end: by absolute path, without a shell, with an empty environment.
package struct Program: Sendable {
  package let path: String

  package struct Result: Sendable {
    /// Exit status; 128 and the signal's number where it was killed.
    package var status: Int32
    package var output: String
    package var errors: String
  }

  /// Bytes kept of each stream; what is beyond is read and dropped.
  package static let mostOutput = 1 << 20
  package static let patience: Duration = .seconds(10)

  package init(path: String) { self.path = path }

  /// Feeds `input`, waits for the end; `program-missing`, `program-failed` (cannot start), `program-slow` (killed).
  package func run(
    _ arguments: [String], input: String = "", patience: Duration = Self.patience
  ) throws(CordonError) -> Result {
    guard access(path, X_OK) == 0 else {
      throw CordonError(.unavailable, "program-missing", "\(path) is not installed.")
    }
    var pipes = try Pipes(input: Array(input.utf8))
    defer { pipes.closeAll() }
    let pid = try spawn(arguments, pipes)
    pipes.closeChildEnds()
    let deadline = Self.now + patience.milliseconds
    let streams = Self.read(pipes, until: deadline)
    guard let streams, let status = Self.wait(pid, until: deadline) else {
      kill(pid, SIGKILL)
      waitpid(pid, nil, 0)
      throw CordonError(.unavailable, "program-slow", "\(path) did not end within \(patience).")
    }
    return Result(
      status: status, output: String(decoding: streams.output, as: UTF8.self),
      errors: String(decoding: streams.errors, as: UTF8.self))
  }

  private func spawn(_ arguments: [String], _ pipes: Pipes) throws(CordonError) -> pid_t {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, pipes.input, 0)
    posix_spawn_file_actions_adddup2(&actions, pipes.output.write, 1)
    posix_spawn_file_actions_adddup2(&actions, pipes.errors.write, 2)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    var all = sigset_t()
    sigfillset(&all)
    posix_spawnattr_setsigdefault(&attributes, &all)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
    let words = ([path] + arguments).map { strdup($0) }
    defer { words.forEach { free($0) } }
    var pid: pid_t = 0
    let outcome = posix_spawn(&pid, path, &actions, &attributes, words + [nil], [nil])
    guard outcome == 0 else {
      throw CordonError(
        .unavailable, "program-failed", "\(path) could not be started: \(String(cString: strerror(outcome))).")
    }
    return pid
  }

  /// Reads both outputs until both are closed; nil where the deadline passes.
  private static func read(_ pipes: Pipes, until deadline: Int64) -> (output: [UInt8], errors: [UInt8])? {
    var output: [UInt8] = []
    var errors: [UInt8] = []
    var isOutputOpen = true
    var areErrorsOpen = true
    while isOutputOpen || areErrorsOpen {
      let left = deadline - now
      guard left > 0 else { return nil }
      var polled = [
        pollfd(fd: isOutputOpen ? pipes.output.read : -1, events: Int16(POLLIN), revents: 0),
        pollfd(fd: areErrorsOpen ? pipes.errors.read : -1, events: Int16(POLLIN), revents: 0),
      ]
      guard poll(&polled, nfds_t(polled.count), Int32(min(left, 1000))) >= 0 || errno == EINTR else { return nil }
      if polled[0].revents != 0 { isOutputOpen = drain(pipes.output.read, into: &output) }
      if polled[1].revents != 0 { areErrorsOpen = drain(pipes.errors.read, into: &errors) }
    }
    return (output, errors)
  }

  /// Reads what is there; false at the end.
  private static func drain(_ fd: Int32, into bytes: inout [UInt8]) -> Bool {
    var buffer = [UInt8](repeating: 0, count: 16_384)
    let count = Glibc.read(fd, &buffer, buffer.count)
    if count < 0 { return errno == EINTR || errno == EAGAIN }
    bytes += buffer[..<min(count, mostOutput - bytes.count)]
    return count > 0
  }

  private static func wait(_ pid: pid_t, until deadline: Int64) -> Int32? {
    var status: Int32 = 0
    while true {
      let ended = waitpid(pid, &status, WNOHANG)
      if ended == pid { break }
      // Its outputs are closed: it is about to end, and there is nothing to wait on but time.
      guard now < deadline, ended == 0 || errno == EINTR else { return nil }
      poll(nil, 0, 1)
    }
    let signal = status & 0x7F
    return signal == 0 ? (status >> 8) & 0xFF : 128 + signal
  }

  private static var now: Int64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
  }
}

/// A child's input, a file in memory, and the pipes of its outputs; all close on exec, so that no other child inherits.
private struct Pipes {
  var input: Int32
  var output: (read: Int32, write: Int32)
  var errors: (read: Int32, write: Int32)

  init(input bytes: [UInt8]) throws(CordonError) {
    input = -1
    output = (-1, -1)
    errors = (-1, -1)
    do throws(CordonError) {
      input = cordon_memory_file()
      // Nobody has to read it, so writing it can neither block nor raise SIGPIPE.
      guard input >= 0, write(input, bytes, bytes.count) == bytes.count, lseek(input, 0, SEEK_SET) == 0 else {
        throw Self.none
      }
      output = try Self.pipe()
      errors = try Self.pipe()
    } catch {
      closeAll()
      throw error
    }
  }

  private static let none = CordonError(
    .exhausted, "no-descriptors", "No pipe could be made: too many files are open, or memory is short.")

  private static func pipe() throws(CordonError) -> (read: Int32, write: Int32) {
    var ends: [Int32] = [-1, -1]
    guard cordon_pipe(&ends) == 0 else { throw none }
    return (ends[0], ends[1])
  }

  mutating func closeChildEnds() {
    Self.close(&input)
    Self.close(&output.write)
    Self.close(&errors.write)
  }

  mutating func closeAll() {
    closeChildEnds()
    Self.close(&output.read)
    Self.close(&errors.read)
  }

  private static func close(_ fd: inout Int32) {
    if fd >= 0 { Glibc.close(fd) }
    fd = -1
  }
}
