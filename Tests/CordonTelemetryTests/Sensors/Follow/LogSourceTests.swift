import CordonCore
import CordonTelemetry
import CordonTestSupport
import Glibc
import Testing

/// Logs as another program writes them, on a disk of the test's own.
@Suite struct LogSourceTests {
  static func source(_ files: [LogFiles], positions: String? = nil) -> LogSource {
    LogSource(
      name: "test", settings: LogSourceSettings(files: files, positions: positions, interval: .milliseconds(5)))
  }

  static func write(_ text: String, to path: String, flags: Int32 = O_APPEND) throws {
    let file = open(path, O_WRONLY | O_CREAT | flags, 0o600)
    try #require(file >= 0)
    defer { close(file) }
    try #require(Glibc.write(file, text, text.utf8.count) == text.utf8.count)
  }

  static func records(_ source: LogSource, _ count: Int) async throws -> [String] {
    var all: [String] = []
    for _ in 0..<1000 where all.count < count {
      if let batch = source.queue.drain() { all += batch.records.map { String(decoding: $0, as: UTF8.self) } }
      if all.count < count { try await Task.sleep(for: .milliseconds(5)) }
    }
    return all
  }

  @Test func `it says why it does not run`() {
    let pathless = Self.source([LogFiles(paths: [])])
    #expect(throws: CordonError.self) { try pathless.start() }
    #expect(pathless.health.reason.contains("sensors.test.paths"))
  }

  @Test func `several tables are told apart by their heads`() async throws {
    try await withTemporaryFolder { folder in
      try Self.write("#fields\ta\n1\n", to: "\(folder)/conn.log")
      try Self.write("#fields\tb\n2\n", to: "\(folder)/dns.log")
      let source = Self.source([LogFiles(paths: [folder], head: .marked)])
      try source.start()
      defer { source.stop() }
      #expect(Set(try await Self.records(source, 2)) == ["#fields\ta\n1", "#fields\tb\n2"])
      try Self.write("3\n", to: "\(folder)/conn.log")
      #expect(try await Self.records(source, 1) == ["#fields\ta\n3"])
    }
  }

  @Test(arguments: [LineFramer.Head.none, .firstLine])
  func `of the shortest lines, and of those with the longest head, none is dropped`(head: LineFramer.Head) async throws
  {
    try await withTemporaryFolder { folder in
      let log = "\(folder)/trail.csv"
      let title = head == .none ? "" : String(repeating: "x", count: LineFramer.headLimit - 2) + "\n"
      let count = head == .none ? 40_000 : 2_000
      try Self.write(title + String(repeating: "1\n", count: count), to: log)
      let source = Self.source([LogFiles(paths: [log], head: head)])
      try source.start()
      defer { source.stop() }
      #expect(try await Self.records(source, count).count == count)
      #expect(source.health.dropped == 0)
    }
  }

  @Test func `rotation ends one table and begins another`() async throws {
    try await withTemporaryFolder { folder in
      let log = "\(folder)/conn.log"
      try Self.write("#separator \\x09\n#fields\ta\n1\n", to: log)
      let source = Self.source([LogFiles(paths: [log], head: .marked)])
      try source.start()
      defer { source.stop() }
      #expect(try await Self.records(source, 1) == ["#separator \\x09\n#fields\ta\n1"])
      try Self.write("2\n", to: log)
      try #require(rename(log, "\(folder)/conn.1") == 0)
      try Self.write("#separator \\x09\n#fields\tb\n3\n", to: log)
      #expect(
        try await Self.records(source, 2) == ["#separator \\x09\n#fields\ta\n2", "#separator \\x09\n#fields\tb\n3"])
    }
  }

  @Test func `a restart goes on in a table's middle, with its head`() async throws {
    try await withTemporaryFolder { folder in
      let (log, positions) = ("\(folder)/doors.csv", "\(folder)/positions")
      try Self.write("who,when\nann,1\n", to: log)
      let files = [LogFiles(paths: [log], head: .firstLine, tag: "doors")]
      let first = Self.source(files, positions: positions)
      try first.start()
      #expect(try await Self.records(first, 1) == ["doors\nwho,when\nann,1"])
      first.stop()
      try Self.write("bob,2\n", to: log)
      let second = Self.source(files, positions: positions)
      try second.start()
      defer { second.stop() }
      #expect(try await Self.records(second, 1) == ["doors\nwho,when\nbob,2"])
    }
  }

  @Test func `a table of a folder needs no more than its own ending`() async throws {
    try await withTemporaryFolder { folder in
      try Self.write("a\n1\n", to: "\(folder)/doors.csv")
      try Self.write("a\n2\n", to: "\(folder)/doors.bak")
      let source = Self.source([LogFiles(paths: [folder], head: .firstLine)])
      try source.start()
      defer { source.stop() }
      #expect(try await Self.records(source, 1) == ["a\n1"])
      try await Task.sleep(for: .milliseconds(50))
      #expect(source.queue.drain() == nil)
    }
  }
}
