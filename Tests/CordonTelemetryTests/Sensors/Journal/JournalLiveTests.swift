import CordonCore
import CordonTestSupport
import Glibc
import Testing

@testable import CordonTelemetry

/// systemd's own programs, where this machine has them.
private enum Systemd {
  static let daemon = "/usr/lib/systemd/systemd-journald"
  static let hasLogOns =
    isThere
    && ["/usr/sbin/sshd", "/usr/bin/ssh", "/usr/bin/ssh-keygen"].allSatisfy { (path: String) in
      access(path, X_OK) == 0
    }
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
  ///
  /// - Parameter more: what else is run in the namespace, as a shell's words, once the daemon listens.
  static func withJournal(_ folder: String, more: String = "true", _ body: () async throws -> Void) async throws {
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
        > /etc/systemd/journald.conf && mkdir -p \(folder)/dev && mount --rbind /dev \(folder)/dev &&
      mount -t tmpfs none /dev && ln -s \(folder)/dev/* /dev && ln -sf /run/systemd/journal/dev-log /dev/log &&
      { ( \(more) ) & } && exec \(Systemd.daemon)
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

  /// The real sshd and the real ssh, between which nothing but loopback lies: a key that is let in, and nobody of a name.
  @Test(.enabled(if: Systemd.hasLogOns, "skipped: no sshd, ssh and ssh-keygen"))
  func `somebody logs on through the real sshd, and somebody tries`() async throws {
    try await withTemporaryFolder { folder in
      let port = Int.random(in: 20_000..<30_000)
      for name in ["host", "key"] {
        try #require(
          try Live.run(["/usr/bin/ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", "\(folder)/\(name)"]).status == 0)
      }
      let server = """
        while [ ! -S \(folder)/sockets/dev-log ]; do sleep 0.05; done; mkdir -p /run/sshd; \
        /usr/sbin/sshd -o Port=\(port) -o ListenAddress=127.0.0.1 -o HostKey=\(folder)/host -o UsePAM=no \
        -o PidFile=\(folder)/sshd.pid -o AuthorizedKeysFile=\(folder)/key.pub -o StrictModes=no -f /dev/null
        """
      try await Self.withJournal(folder, more: server) {
        for _ in 0..<500 where access("\(folder)/sshd.pid", F_OK) != 0 { try await Task.sleep(for: .milliseconds(20)) }
        let source = JournalSourceTests.makeSource(
          folder, JournalSettings(matches: AuthSensor.journalMatches, folder: try Self.files(folder)))
        try source.start()
        defer { source.stop() }
        func logOn(_ user: String) throws {
          try Live.run([
            "/usr/bin/ssh", "-q", "-F", "none", "-i", "\(folder)/key", "-p", "\(port)", "-o",
            "StrictHostKeyChecking=no",
            "-o", "UserKnownHostsFile=/dev/null", "-o", "BatchMode=yes", "-o", "IdentitiesOnly=yes",
            "\(user)@127.0.0.1",
            "true",
          ])
        }
        try logOn("root")
        try logOn("nobody-of-this-name")
        var parser = AuthParser()
        var (found, told) = ([Observation](), [String]())
        for _ in 0..<500 where told.count < 2 {
          for record in source.queue.drain()?.records ?? [] { parser.parse(record, arrived: .epoch, into: &found) }
          parser.advance(to: Timestamp(milliseconds: .max / 2), into: &found)
          told = found.filter { $0.activity == .logOn }.map(AuthParserTests.told)
          try await Task.sleep(for: .milliseconds(20))
        }
        if let text = try SmallFile.read("\(folder)/sshd.pid", most: 32),
          let pid = pid_t(String(decoding: text, as: UTF8.self).filter { $0.isNumber })
        {
          kill(pid, SIGTERM)
        }
        #expect(
          told == ["logOn success root 127.0.0.1 publicKey", "logOn failure - 127.0.0.1 unknown nobody"],
          "\(parser.counters)")
      }
    }
  }
}
