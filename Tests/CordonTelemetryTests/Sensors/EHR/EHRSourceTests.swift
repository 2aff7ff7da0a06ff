import CordonCore
import CordonTelemetry
import CordonTestSupport
import Glibc
import Testing

/// A trail as an EHR writes it, on a disk of the test's own.
@Suite struct EHRSourceTests {
  static func settings(_ paths: [String], care: [String] = [], positions: String? = nil) -> EHRSourceSettings {
    var policy = Policy.EHRSensor()
    policy.paths = paths
    policy.carePaths = care
    return EHRSourceSettings(
      policy: policy, holdsPatientKey: true, positions: positions, interval: .milliseconds(5))
  }

  static func write(_ text: String, to path: String, flags: Int32 = O_APPEND) throws {
    let file = open(path, O_WRONLY | O_CREAT | flags, 0o600)
    try #require(file >= 0)
    defer { close(file) }
    try #require(Glibc.write(file, text, text.utf8.count) == text.utf8.count)
  }

  /// Waits for so many records; what came by then.
  static func records(_ source: EHRSource, _ count: Int) async throws -> [String] {
    var all: [String] = []
    for _ in 0..<1000 where all.count < count {
      if let batch = source.queue.drain() { all += batch.records.map { String(decoding: $0, as: UTF8.self) } }
      if all.count < count { try await Task.sleep(for: .milliseconds(5)) }
    }
    return all
  }

  static func noted(_ source: EHRSource, _ part: String) async throws -> Bool {
    for _ in 0..<1000 where !source.health.reason.contains(part) { try await Task.sleep(for: .milliseconds(5)) }
    return source.health.reason.contains(part)
  }

  @Test func `it says why it does not run`() {
    let keyless = EHRSource(settings: EHRSourceSettings())
    #expect(throws: CordonError.self) { try keyless.start() }
    #expect(keyless.health.reason.contains("gateway"))
    let pathless = EHRSource(settings: Self.settings([]))
    #expect(throws: CordonError.self) { try pathless.start() }
    #expect(pathless.health.reason.contains("sensors.ehr.paths"))
  }

  @Test func `what is there and what comes is read, in its order`() async throws {
    try await withTemporaryFolder { folder in
      let trail = "\(folder)/trail.ndjson"
      try Self.write("{\"a\":1}\n{\"a\":2", to: trail)
      let source = EHRSource(settings: Self.settings([trail]))
      try source.start()
      defer { source.stop() }
      #expect(try await Self.records(source, 1) == ["{\"a\":1}"])
      try Self.write("}\n{\"a\":3}\n", to: trail)
      #expect(try await Self.records(source, 2) == ["{\"a\":2}", "{\"a\":3}"])
      #expect(source.health == SensorHealth(state: .running(notes: []), read: 3, dropped: 0))
    }
  }

  @Test func `a file renamed away is read to its end, then the new one`() async throws {
    try await withTemporaryFolder { folder in
      let trail = "\(folder)/trail.ndjson"
      try Self.write("{\"a\":1}\n", to: trail)
      let source = EHRSource(settings: Self.settings([trail]))
      try source.start()
      defer { source.stop() }
      #expect(try await Self.records(source, 1).count == 1)
      // In one breath, so that the last line of the old file is only there after the rename.
      try Self.write("{\"a\":2}\n{\"a\":3}", to: trail)
      rename(trail, "\(folder)/trail.ndjson.1")
      try Self.write("{\"b\":1}\n", to: trail)
      #expect(try await Self.records(source, 3) == ["{\"a\":2}", "{\"a\":3}", "{\"b\":1}"])
      #expect(source.health.dropped == 0)
    }
  }

  @Test func `a file cut off or written anew in place is read from its beginning`() async throws {
    try await withTemporaryFolder { folder in
      let trail = "\(folder)/trail.ndjson"
      try Self.write("{\"a\":1}\n{\"a\":", to: trail)
      let source = EHRSource(settings: Self.settings([trail]))
      try source.start()
      defer { source.stop() }
      #expect(try await Self.records(source, 1).count == 1)
      try await Task.sleep(for: .milliseconds(50))
      try Self.write("{\"b\":1}\n", to: trail, flags: O_TRUNC)
      #expect(try await Self.records(source, 1) == ["{\"b\":1}"])
      #expect(source.health.dropped == 1, "the unfinished record")
      try Self.write("{\"c\":1}\n{\"c\":2}\n{\"c\":3}\n", to: trail, flags: 0)
      #expect(try await Self.records(source, 3) == ["{\"c\":1}", "{\"c\":2}", "{\"c\":3}"])
    }
  }

  /// Root must not read for others what they may not.
  @Test func `a link is refused, also one swapped in`() async throws {
    try await withTemporaryFolder { folder in
      let (trail, secret) = ("\(folder)/trail.ndjson", "\(folder)/secret")
      try Self.write("{\"secret\":1}\n", to: secret)
      try Self.write("{\"a\":1}\n", to: trail)
      let source = EHRSource(settings: Self.settings([trail]))
      try source.start()
      defer { source.stop() }
      #expect(try await Self.records(source, 1).count == 1)
      unlink(trail)
      try #require(symlink(secret, trail) == 0)
      #expect(try await Self.noted(source, "no regular file"))
      #expect(source.queue.drain() == nil)
      unlink(trail)
      try Self.write("{\"a\":2}\n", to: trail)
      #expect(try await Self.records(source, 1) == ["{\"a\":2}"])
      for _ in 0..<1000 where !source.health.reason.isEmpty { try await Task.sleep(for: .milliseconds(5)) }
      #expect(source.health.reason.isEmpty)
    }
  }

  @Test func `a folder's files are followed, new ones too, and others left alone`() async throws {
    try await withTemporaryFolder { folder in
      let spool = "\(folder)/spool"
      mkdir(spool, 0o700)
      try Self.write("{\"a\":1}\n", to: "\(spool)/1.ndjson")
      try Self.write("{\"x\":1}\n", to: "\(spool)/notes.txt")
      try #require(symlink("\(spool)/notes.txt", "\(spool)/link.json") == 0)
      let source = EHRSource(settings: Self.settings([spool]))
      try source.start()
      defer { source.stop() }
      #expect(try await Self.records(source, 1) == ["{\"a\":1}"])
      try Self.write("<AuditMessage>\n</AuditMessage>", to: "\(spool)/2.xml")
      #expect(try await Self.records(source, 1) == ["<AuditMessage>\n</AuditMessage>"])
      #expect(try await Self.noted(source, "1 entries"))
      #expect(!source.health.reason.contains("link.json"))
    }
  }

  @Test func `a restart goes on where it was, and reads care anew`() async throws {
    try await withTemporaryFolder { folder in
      let (trail, care, positions) = ("\(folder)/trail.ndjson", "\(folder)/care.ndjson", "\(folder)/positions")
      try Self.write("{\"a\":1}\n{\"a\":2", to: trail)
      try Self.write("{\"c\":1}\n", to: care)
      let settings = Self.settings([trail], care: [care], positions: positions)
      let source = EHRSource(settings: settings)
      try source.start()
      #expect(try await Self.records(source, 2) == ["{\"c\":1}", "{\"a\":1}"])
      source.stop()
      try Self.write("}\n", to: trail)
      let again = EHRSource(settings: settings)
      try again.start()
      #expect(try await Self.records(again, 2) == ["{\"c\":1}", "{\"a\":2}"])
      again.stop()
      // Another file under the same inode, as a file system gives it out again.
      try Self.write("{\"b\":1}\n{\"b\":2}\n{\"b\":3}\n", to: trail, flags: O_TRUNC)
      let last = EHRSource(settings: Self.settings([trail], positions: positions))
      try last.start()
      #expect(try await Self.records(last, 3).first == "{\"b\":1}")
      last.stop()
    }
  }

  /// A file can wait: nothing is dropped because the worker is slow.
  @Test func `a slow reader loses nothing`() async throws {
    try await withTemporaryFolder { folder in
      let trail = "\(folder)/trail.ndjson"
      let line = "{\"a\":\"\(String(repeating: "x", count: 190))\"}\n"
      try Self.write(String(repeating: line, count: 40_000), to: trail)
      let source = EHRSource(settings: Self.settings([trail]))
      try source.start()
      defer { source.stop() }
      try await Task.sleep(for: .milliseconds(200))
      #expect(source.queue.totals.read < 40_000)
      #expect(try await Self.records(source, 40_000).count == 40_000)
      #expect(source.health.dropped == 0)
    }
  }
}
