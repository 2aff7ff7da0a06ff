import CordonCore
import CordonTestSupport
import Glibc
import Testing

@testable import CordonTelemetry

/// systemd's own programs, where this machine has them.
private enum Systemd {
  static let daemon = "/usr/lib/systemd/systemd-journald"
  static let isThere =
    Live.isRoot && getgrnam("systemd-journal") != nil
    && [daemon, "/usr/bin/journalctl", "/usr/bin/logger", "/usr/bin/unshare"].allSatisfy { (path: String) in
      access(path, X_OK) == 0
    }
}

/// systemd's real journal and its real reader, beside whatever this machine runs: in a mount namespace of the test's own.
@Suite(.enabled(if: Systemd.isThere, "skipped: needs root, systemd-journald, journalctl, logger and unshare"))
struct JournalLiveTests {
  /// Runs a journal daemon whose files are in `<folder>/journal` and whose sockets in `<folder>/sockets`.
  static func withJournal(_ folder: String, _ body: () async throws -> Void) async throws {
    chmod(folder, 0o755)
    mkdir("\(folder)/sockets", 0o755)
    mkdir("\(folder)/journal", 0o755)
    // What is made below belongs to this group, as systemd-tmpfiles sees to on a real machine.
    chown("\(folder)/journal", 0, try #require(getgrnam("systemd-journal")).pointee.gr_gid)
    chmod("\(folder)/journal", 0o2755)
    let script = """
      mount -t tmpfs none /run && mkdir -p /run/systemd/journal /run/log/journal &&
      mount --bind \(folder)/journal /run/log/journal && mount --bind \(folder)/sockets /run/systemd/journal &&
      mount -t tmpfs none /etc/systemd && printf '[Journal]\\nStorage=volatile\\nAudit=\\nReadKMsg=no\\n' \
        > /etc/systemd/journald.conf && exec \(Systemd.daemon)
      """
    var pid = pid_t()
    let words = ["unshare", "--mount", "--propagation", "private", "sh", "-c", script]
    var pointers = words.map { strdup($0) } + [nil]
    defer { for pointer in pointers { free(pointer) } }
    try #require(posix_spawn(&pid, "/usr/bin/unshare", nil, nil, &pointers, environ) == 0)
    defer {
      kill(pid, SIGTERM)
      waitpid(pid, nil, 0)
    }
    let socket = "\(folder)/sockets/dev-log"
    for _ in 0..<500 where access(socket, F_OK) != 0 { try await Task.sleep(for: .milliseconds(20)) }
    try #require(access(socket, F_OK) == 0)
    try await body()
  }

  static func log(_ folder: String, _ program: String, _ message: String) throws {
    let words = ["/usr/bin/logger", "-u", "\(folder)/sockets/dev-log", "-p", "authpriv.info", "-t", program, message]
    try #require(try Live.run(words).status == 0)
  }

  /// The folder that the daemon names after the machine.
  static func files(_ folder: String) throws -> String {
    var listing = FolderListing(path: "\(folder)/journal", endings: [])
    let isThere = listing.look()
    try #require(isThere)
    return try #require(listing.others.first)
  }

  static func attempts(_ source: LogSource, _ parser: inout AuthParser, _ count: Int) async throws -> [String] {
    var found: [Observation] = []
    var records: [[UInt8]] = []
    for _ in 0..<1000 where records.count < count {
      records += source.queue.drain()?.records ?? []
      try await Task.sleep(for: .milliseconds(10))
    }
    for record in records { parser.parse(record, arrived: FakeClock.start, into: &found) }
    return found.map(AuthParserTests.told)
  }

  @Test func `attempts are read as they come, also over a restart, by an account without rights`() async throws {
    try await withTemporaryFolder { folder in
      try await Self.withJournal(folder) {
        try Self.log(folder, "sshd", "Accepted password for early from 192.0.2.1 port 22 ssh2")
        try await Task.sleep(for: .milliseconds(50))
        let journal = JournalSettings(
          matches: AuthSensor.journalMatches, account: "daemon", folder: try Self.files(folder))
        let source = JournalSourceTests.makeSource(folder, journal, positions: "\(folder)/positions")
        var parser = AuthParser()
        try source.start()
        try Self.log(folder, "sshd", "Accepted password for ann from 192.0.2.1 port 22 ssh2")
        try Self.log(folder, "sshd", "Failed password for b\u{F6}b from 192.0.2.2 port 22 ssh2")
        try Self.log(folder, "cron", "pam_unix(cron:session): session opened for user root(uid=0) by (uid=0)")
        #expect(
          try await Self.attempts(source, &parser, 3) == [
            "logOn success ann 192.0.2.1 password", "logOn failure b\u{F6}b 192.0.2.2 password",
          ])
        source.stop()
        try Self.log(folder, "sshd", "Accepted publickey for meanwhile from 192.0.2.3 port 22 ssh2")
        let next = JournalSourceTests.makeSource(folder, journal, positions: "\(folder)/positions")
        try next.start()
        defer { next.stop() }
        #expect(try await Self.attempts(next, &parser, 1) == ["logOn success meanwhile 192.0.2.3 publicKey"])
        #expect(next.health.reason == "No log is written: the journal is read instead.")
      }
    }
  }
}
