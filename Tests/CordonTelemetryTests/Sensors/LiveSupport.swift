import CordonCore
import CordonTelemetry
import Glibc
import Testing

/// What tests against the running kernel share: they need root, and say so when they skip.
enum Live {
  static let isRoot = getuid() == 0
  static let why: Comment = "skipped: watching the kernel needs root"

  /// Runs a program to its end; returns its pid and exit status.
  @discardableResult static func run(_ arguments: [String]) throws -> (pid: pid_t, status: Int32) {
    var pid = pid_t()
    var pointers = arguments.map { strdup($0) } + [nil]
    defer { for pointer in pointers { free(pointer) } }
    try #require(posix_spawn(&pid, arguments[0], nil, nil, &pointers, environ) == 0)
    var status: Int32 = 0
    waitpid(pid, &status, 0)
    return (pid, (status >> 8) & 0xFF)
  }

  /// Observations that a source and its parser yield until one fits or the deadline is past.
  static func observe<Parser: SensorParser>(
    _ queue: RecordQueue, _ parser: inout Parser, within: Duration = .seconds(10),
    until isFound: (Observation) -> Bool
  ) async throws -> [Observation] {
    var all: [Observation] = []
    let deadline = ContinuousClock.now + within
    while ContinuousClock.now < deadline {
      if let batch = queue.drain() {
        for record in batch.records { parser.parse(record, arrived: .epoch, into: &all) }
      }
      if all.contains(where: isFound) { return all }
      try await Task.sleep(for: .milliseconds(20))
    }
    return all
  }
}
