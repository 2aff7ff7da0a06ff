import CLinux
import CordonCore
import CordonTestSupport
import Glibc
import Testing

@testable import CordonTelemetry

/// The journal in the place of a log: how its reader is chosen, started, started again and ended.
@Suite struct JournalSourceTests {
  /// A reader that writes down what it was started with, then does as the script says.
  static func reader(_ folder: String, _ script: String) throws -> JournalSettings {
    let path = "\(folder)/journalctl"
    try EHRSourceTests.write("#!/bin/sh\necho \"$@\" >> \(folder)/started\n\(script)\n", to: path)
    chmod(path, 0o755)
    return JournalSettings(matches: AuthSensor.journalMatches, program: path)
  }

  static func makeSource(_ folder: String, _ journal: JournalSettings, positions: String? = nil) -> LogSource {
    LogSource(
      name: AuthSensor.name,
      settings: LogSourceSettings(
        files: [LogFiles(paths: ["\(folder)/auth.log"], isAwaited: true)], positions: positions,
        interval: .milliseconds(5), beginsAtEnd: true, journal: journal))
  }

  static func started(_ folder: String) -> [String] {
    let bytes = (try? SmallFile.read("\(folder)/started", most: 1 << 16)) ?? []
    return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
  }

  @Test func `where no log is written the journal is read, and the sensor says so`() async throws {
    try await withTemporaryFolder { folder in
      let source = Self.makeSource(folder, try Self.reader(folder, "echo '{\"__CURSOR\":\"s=1\"}'; exec sleep 100"))
      try source.start()
      defer { source.stop() }
      #expect(try await AuthSourceTests.lines(source, 1) == [#"{"__CURSOR":"s=1"}"#])
      #expect(source.health.reason == "No log is written: the journal is read instead.")
      let words = try #require(Self.started(folder).first)
      #expect(words.hasPrefix("--follow --no-tail --quiet --no-pager --output=json --output-fields=MESSAGE,"))
      #expect(
        words.contains(" --since=@")
          && words.hasSuffix("SYSLOG_FACILITY=4 SYSLOG_FACILITY=10 _TRANSPORT=syslog _TRANSPORT=journal"))
    }
  }

  @Test func `where a log is written the journal is not read`() async throws {
    try await withTemporaryFolder { folder in
      try EHRSourceTests.write("", to: "\(folder)/auth.log")
      let source = Self.makeSource(folder, try Self.reader(folder, "echo no; exec sleep 100"))
      try source.start()
      defer { source.stop() }
      try EHRSourceTests.write("one\n", to: "\(folder)/auth.log")
      #expect(try await AuthSourceTests.lines(source, 1) == ["one"])
      #expect(Self.started(folder).isEmpty)
    }
  }

  @Test func `a log that nobody has written to for long was left behind`() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/auth.log"
      try EHRSourceTests.write("", to: path)
      let settings = LogSourceSettings(
        files: [LogFiles(paths: [path])], journal: try Self.reader(folder, ""))
      #expect(settings.journalInstead == nil)
      var old = [
        timeval(tv_sec: time(nil) - 8 * 86_400, tv_usec: 0), timeval(tv_sec: time(nil) - 8 * 86_400, tv_usec: 0),
      ]
      utimes(path, &old)
      #expect(settings.journalInstead == settings.journal)
    }
  }

  @Test func `a program that is not root's alone is never started`() throws {
    try withTemporaryFolder { folder in
      let journal = try Self.reader(folder, "")
      chmod(journal.program, 0o775)
      #expect(throws: CordonError.self) { try JournalProgram.check(journal) }
      let link = "\(folder)/link"
      symlink(journal.program, link)
      chmod(journal.program, 0o755)
      #expect(throws: CordonError.self) { try JournalProgram.check(JournalSettings(program: link)) }
      #expect(throws: CordonError.self) { try JournalProgram.check(JournalSettings(program: "\(folder)/none")) }
      try JournalProgram.check(journal)
    }
  }

  @Test func `a reader that ends is started again behind the last entry, and so is one of a new start`() async throws {
    try await withTemporaryFolder { folder in
      let positions = "\(folder)/positions"
      let journal = try Self.reader(folder, "echo '{\"__CURSOR\":\"s=1;i=2\"}'")
      let source = Self.makeSource(folder, journal, positions: positions)
      try source.start()
      #expect(try await AuthSourceTests.lines(source, 2).count == 2)
      source.stop()
      #expect(Self.started(folder)[1].contains("--after-cursor=s=1;i=2 SYSLOG"))
      let next = Self.makeSource(folder, journal, positions: positions)
      try next.start()
      defer { next.stop() }
      let before = Self.started(folder).count
      #expect(try await AuthSourceTests.lines(next, 1).count == 1)
      #expect(Self.started(folder)[before].contains("--after-cursor=s=1;i=2 SYSLOG"))
    }
  }

  @Test func `a stop ends the reader`() async throws {
    try await withTemporaryFolder { folder in
      let journal = try Self.reader(folder, "echo $$ > \(folder)/pid; echo '{}'; exec sleep 1000")
      let source = Self.makeSource(folder, journal)
      try source.start()
      #expect(try await AuthSourceTests.lines(source, 1) == ["{}"])
      let text = String(decoding: try #require(try SmallFile.read("\(folder)/pid", most: 32)), as: UTF8.self)
      let pid = try #require(pid_t(text.filter { $0 != "\n" }))
      #expect(kill(pid, 0) == 0)
      source.stop()
      #expect(kill(pid, 0) == -1)
    }
  }

  @Test(.enabled(if: Live.isRoot, Live.why)) func `the reader has no user, group or descriptor but its own`()
    async throws
  {
    try await withTemporaryFolder { folder in
      chmod(folder, 0o755)
      let script =
        "echo `id -u` `id -g` `id -G` `ls /proc/self/fd | wc -l` `grep NoNewPrivs /proc/self/status`; exec sleep 100"
      let path = "\(folder)/journalctl"
      try EHRSourceTests.write("#!/bin/sh\n\(script)\n", to: path)
      chmod(path, 0o755)
      let source = Self.makeSource(folder, JournalSettings(account: "daemon", group: "tty", program: path))
      try source.start()
      defer { source.stop() }
      let user = try #require(getpwnam("daemon")).pointee.pw_uid
      let group = try #require(getgrnam("tty")).pointee.gr_gid
      // Input, output, complaints, and the folder that ls itself opens.
      #expect(try await AuthSourceTests.lines(source, 1) == ["\(user) \(group) \(group) 4 NoNewPrivs: 1"])
    }
  }

  @Test(.enabled(if: Live.isRoot, Live.why)) func `without its account it says so, and reads nothing`() async throws {
    try await withTemporaryFolder { folder in
      var journal = try Self.reader(folder, "echo no")
      journal.account = "cordon-nobody"
      let source = Self.makeSource(folder, journal)
      try source.start()
      defer { source.stop() }
      #expect(try await AuthSourceTests.noted(source, "no account cordon-nobody"))
      #expect(Self.started(folder).isEmpty)
    }
  }
}
