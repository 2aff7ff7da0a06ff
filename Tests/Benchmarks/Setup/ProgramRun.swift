import CordonCore
// Release builds attribute C structures to it.
import CoreFoundation
import Foundation

/// Another program, run to its end, with what it used of the machine.
struct ProgramRun {
  /// Standard output; empty where it was thrown away.
  var output: String
  var elapsed: Duration
  /// Of user and system together, over all threads.
  var processor: Duration

  /// Runs a program by path, with the environment of this one and more; throws with what it said where it fails.
  static func run(
    _ program: String, _ arguments: [String], environment: [String: String] = [:], keepsOutput: Bool = true
  ) throws -> ProgramRun {
    let said = FileManager.default.temporaryDirectory.appendingPathComponent("cordon-bench-\(UUID())").path
    defer { for stream in ["out", "err"] { unlink("\(said).\(stream)") } }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    let create = O_WRONLY | O_CREAT | O_TRUNC
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 1, keepsOutput ? "\(said).out" : "/dev/null", create, 0o600)
    posix_spawn_file_actions_addopen(&actions, 2, "\(said).err", create, 0o600)
    let variables = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    var words = ([program] + arguments).map { word in strdup(word) }
    words.append(nil)
    var settings = variables.map { name, value in strdup("\(name)=\(value)") }
    settings.append(nil)
    defer { for pointer in words + settings { free(pointer) } }
    var pid = pid_t()
    let start = ContinuousClock.now
    let outcome = posix_spawn(&pid, program, &actions, nil, &words, &settings)
    guard outcome == 0 else {
      throw CordonError(
        .missing, "bench-program", "\(program) cannot be started: \(String(cString: strerror(outcome))).")
    }
    var status: Int32 = 0
    var usage = rusage()
    while wait4(pid, &status, 0, &usage) < 0, errno == EINTR {}
    let elapsed = ContinuousClock.now - start
    guard status == 0 else {
      let error = (try? String(contentsOfFile: "\(said).err", encoding: .utf8)) ?? ""
      let words = ([program] + arguments).joined(separator: " ")
      throw CordonError(.unavailable, "bench-program", "\(words) failed (\(status)).\n\(error.suffix(2_000))")
    }
    func duration(_ time: timeval) -> Duration { .seconds(time.tv_sec) + .microseconds(Int64(time.tv_usec)) }
    return ProgramRun(
      output: keepsOutput ? try String(contentsOfFile: "\(said).out", encoding: .utf8) : "", elapsed: elapsed,
      processor: duration(usage.ru_utime) + duration(usage.ru_stime))
  }

  /// The path of a program of this build.
  static func ours(_ name: String) -> String {
    (Bundle.main.executableURL?.deletingLastPathComponent().appendingPathComponent(name).path) ?? name
  }
}
