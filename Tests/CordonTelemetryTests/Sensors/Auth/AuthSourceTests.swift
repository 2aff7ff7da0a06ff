import CordonCore
import CordonTelemetry
import CordonTestSupport
import Glibc
import Testing

/// A log as a syslog daemon writes it, on a disk of the test's own.
@Suite struct AuthSourceTests {
  static func makeSource(_ paths: [String], positions: String? = nil) -> LogSource {
    var policy = Policy.AuthSensor()
    policy.paths = paths
    let settings = AuthSensor.settings(policy, positions: positions, interval: .milliseconds(5))
    return AuthSensor(settings: settings).makeSource()
  }

  static func lines(_ source: LogSource, _ count: Int) async throws -> [String] {
    var all: [String] = []
    for _ in 0..<1000 where all.count < count {
      if let batch = source.queue.drain() { all += batch.records.map { String(decoding: $0, as: UTF8.self) } }
      if all.count < count { try await Task.sleep(for: .milliseconds(5)) }
    }
    return all
  }

  static func noted(_ source: LogSource, _ part: String) async throws -> Bool {
    for _ in 0..<1000 where !source.health.reason.contains(part) { try await Task.sleep(for: .milliseconds(5)) }
    return source.health.reason.contains(part)
  }

  @Test func `without a path it does not run, and says why`() {
    let source = Self.makeSource([])
    #expect(throws: CordonError.self) { try source.start() }
    #expect(source.health.reason.contains("sensors.auth.paths"))
  }

  @Test func `what was there before is passed over, and a log that comes later is read whole`() async throws {
    try await withTemporaryFolder { folder in
      let (old, new) = ("\(folder)/auth.log", "\(folder)/secure")
      try EHRSourceTests.write("before\n", to: old)
      try EHRSourceTests.write("long before\n", to: "\(old).1")
      let source = Self.makeSource([old, new])
      try source.start()
      defer { source.stop() }
      try EHRSourceTests.write("one\n", to: old)
      #expect(try await Self.lines(source, 1) == ["one"])
      try EHRSourceTests.write("two\n", to: new)
      #expect(try await Self.lines(source, 1) == ["two"])
      #expect(source.health == SensorHealth(state: .running(notes: []), read: 2, dropped: 0))
    }
  }

  @Test func `rotation in the middle of a line loses nothing`() async throws {
    try await withTemporaryFolder { folder in
      let path = "\(folder)/auth.log"
      try EHRSourceTests.write("", to: path)
      let source = Self.makeSource([path])
      try source.start()
      defer { source.stop() }
      try EHRSourceTests.write("one\ntw", to: path)
      #expect(try await Self.lines(source, 1) == ["one"])
      rename(path, "\(path).1")
      try EHRSourceTests.write("o\n", to: "\(path).1")
      try EHRSourceTests.write("three\n", to: path)
      #expect(try await Self.lines(source, 2) == ["two", "three"])
    }
  }

  @Test func `copied away and cut off, it is read on from the beginning`() async throws {
    try await withTemporaryFolder { folder in
      let path = "\(folder)/auth.log"
      try EHRSourceTests.write("", to: path)
      let source = Self.makeSource([path])
      try source.start()
      defer { source.stop() }
      try EHRSourceTests.write("one is a longer line\n", to: path)
      #expect(try await Self.lines(source, 1).count == 1)
      truncate(path, 0)
      try EHRSourceTests.write("two\n", to: path)
      #expect(try await Self.lines(source, 1) == ["two"])
    }
  }

  @Test func `a link in the log's place is not followed`() async throws {
    try await withTemporaryFolder { folder in
      let (path, secret) = ("\(folder)/auth.log", "\(folder)/shadow")
      try EHRSourceTests.write("secret\n", to: secret)
      symlink(secret, path)
      let source = Self.makeSource([path])
      try source.start()
      defer { source.stop() }
      #expect(try await Self.noted(source, "no regular file"))
      unlink(path)
      try EHRSourceTests.write("one\n", to: path)
      #expect(try await Self.lines(source, 1) == ["one"])
    }
  }

  @Test func `a restart goes on where it stopped`() async throws {
    try await withTemporaryFolder { folder in
      let (path, positions) = ("\(folder)/auth.log", "\(folder)/positions")
      try EHRSourceTests.write("before\n", to: path)
      let first = Self.makeSource([path], positions: positions)
      try first.start()
      try EHRSourceTests.write("one\n", to: path)
      #expect(try await Self.lines(first, 1) == ["one"])
      first.stop()
      try EHRSourceTests.write("two\n", to: path)
      let second = Self.makeSource([path], positions: positions)
      try second.start()
      defer { second.stop() }
      #expect(try await Self.lines(second, 1) == ["two"])
    }
  }
}
