import CLinux
import CordonCore
import Glibc

/// What is read of systemd's journal, and how.
package struct JournalSettings: Hashable, Sendable {
  /// What entries have, such as `SYSLOG_FACILITY=10`; one of several of the same field is enough.
  package var matches: [String]
  /// Who reads it: an account without rights, which is let in by `group`; empty: whoever runs this.
  package var account: String
  /// Whom the journal's files are open to.
  package var group: String
  /// The journal's own reader, which must belong to root.
  package var program: String
  /// The journal's folder; empty: this machine's own.
  package var folder: String

  package init(
    matches: [String] = [], account: String = "", group: String = "systemd-journal",
    program: String = "/usr/bin/journalctl", folder: String = ""
  ) {
    self.matches = matches
    self.account = account
    self.group = group
    self.program = program
    self.folder = folder
  }
}

/// systemd's own reader of the journal, running as an account without rights; its output is one JSON text a line.
///
/// The journal's files are a format of their own with compression and with hostile content. They are read by the program
/// that comes with them, in a process that can do nothing else; the keeper sees the lines' ends and their cursors alone.
struct JournalProgram: ~Copyable {
  /// Fields that are asked for beside those that every entry has.
  static let fields = ["MESSAGE", "SYSLOG_IDENTIFIER", "_HOSTNAME", "_PID", "_UID", "_EXE"]
  /// How long an asked one has until it is killed.
  private static let patience = 50

  /// What it writes; reads of it never wait.
  let output: Int32
  private let process: pid_t

  /// Starts it behind a cursor, or at a moment where there is none.
  ///
  /// Codes: `journal-program` where it is not there or not root's, `journal-account` where the account or group is
  /// missing, `journal-start` where the kernel refuses.
  init(_ settings: JournalSettings, after cursor: String?, since moment: Timestamp) throws(CordonError) {
    try Self.check(settings)
    let (user, group) = try Self.identity(settings)
    var ends: [Int32] = [0, 0]
    guard cordon_pipe(&ends) == 0 else {
      throw CordonError(.exhausted, "journal-start", "No descriptor is left for the journal.")
    }
    defer { close(ends[1]) }
    let words = Self.arguments(settings, after: cursor, since: moment)
    var pointers = words.map { strdup($0) } + [nil]
    defer { for pointer in pointers { free(pointer) } }
    let started = cordon_start_reader(settings.program, &pointers, ends[1], user, group)
    guard started > 0 else {
      close(ends[0])
      throw CordonError(
        .unavailable, "journal-start",
        "The journal's reader could not be started: \(String(cString: strerror(-started))).")
    }
    _ = fcntl(ends[0], F_SETFL, fcntl(ends[0], F_GETFL) | O_NONBLOCK)
    output = ends[0]
    process = started
  }

  /// Ends it and waits for its end.
  deinit {
    close(output)
    kill(process, SIGTERM)
    for _ in 0..<Self.patience {
      guard waitpid(process, nil, WNOHANG) == 0 else { return }
      var pause = timespec(tv_sec: 0, tv_nsec: 10_000_000)
      nanosleep(&pause, nil)
    }
    kill(process, SIGKILL)
    waitpid(process, nil, 0)
  }

  /// Throws where the settings name no program that root alone can have put there.
  static func check(_ settings: JournalSettings) throws(CordonError) {
    var found = stat()
    guard lstat(settings.program, &found) == 0 else {
      throw CordonError(.missing, "journal-program", "\(settings.program) is not there: this machine has no journal.")
    }
    let isOwn = found.st_uid == 0 || found.st_uid == geteuid()
    guard isOwn, found.st_mode & S_IFMT == S_IFREG, found.st_mode & (S_IWGRP | S_IWOTH) == 0 else {
      throw CordonError(
        .denied, "journal-program", "\(settings.program) is no file of root's alone, and is not started.",
        remedy: "Install systemd's own journalctl again.")
    }
  }

  /// Nothing of them is of anybody else's choosing: the cursor is checked when it is taken up.
  static func arguments(_ settings: JournalSettings, after cursor: String?, since moment: Timestamp) -> [String] {
    let (seconds, milliseconds) = (moment.milliseconds / 1000, 1000 + moment.milliseconds % 1000)
    let place = cursor.map { "--after-cursor=\($0)" } ?? "--since=@\(seconds).\("\(milliseconds)".dropFirst())"
    let folder = settings.folder.isEmpty ? [] : ["--directory=\(settings.folder)"]
    return ["journalctl", "--follow", "--no-tail", "--quiet", "--no-pager", "--output=json"]
      + ["--output-fields=\(fields.joined(separator: ","))", place] + folder + settings.matches
  }

  private static func identity(_ settings: JournalSettings) throws(CordonError) -> (user: Int64, group: Int64) {
    guard !settings.account.isEmpty, geteuid() == 0 else { return (-1, -1) }
    guard let user = getpwnam(settings.account)?.pointee.pw_uid, user != 0,
      let group = getgrnam(settings.group)?.pointee.gr_gid
    else {
      throw CordonError(
        .missing, "journal-account",
        "There is no account \(settings.account), or no group \(settings.group): nobody may read the journal.",
        remedy: "Make them, as packages of the agent and of systemd do.")
    }
    return (Int64(user), Int64(group))
  }
}
