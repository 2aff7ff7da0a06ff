import CordonCore
import CordonTestSupport
import Testing

@testable import CordonTelemetry

/// Lines as the syslog daemons of the common distributions write them, and what is none.
@Suite struct SyslogLineTests {
  struct Parts: Equatable {
    var host: String
    var program: String
    var pid: UInt32
    var message: String
  }

  static func read(_ text: String) -> (line: SyslogLine, parts: Parts)? {
    let bytes = Array(text.utf8)
    guard let line = SyslogLine.read(bytes.span) else { return nil }
    return (
      line,
      Parts(
        host: bytes.span.text(in: line.host), program: bytes.span.text(in: line.program), pid: line.pid,
        message: bytes.span.text(in: line.message))
    )
  }

  @Test(
    arguments: [
      ("Dec 10 06:55:46 LabSZ sshd[24200]: Invalid user a", "LabSZ", "sshd", 24200, "Invalid user a"),
      ("Nov 2 15:40:14 workshop sshd[28179]: x", "workshop", "sshd", 28179, "x"),
      ("Nov  2 15:40:14 ws sudo:      ann : TTY=pts/0", "ws", "sudo", 0, "ann : TTY=pts/0"),
      ("Jun 14 2005 15:16:01 combo sshd(pam_unix)[1]: y", "combo", "sshd(pam_unix)", 1, "y"),
      ("Jun 14 15:16:01 combo  -- root[2421]: ROOT LOGIN ON tty2", "combo", "root", 2421, "ROOT LOGIN ON tty2"),
      ("Jun 14 15:16:01 ws gdm-password]: z", "ws", "gdm-password]", 0, "z"),
      ("Jun 14 15:16:01 ws last message repeated 2 times", "ws", "", 0, "last message repeated 2 times"),
      ("2024-05-06T10:11:12.123456+02:00 ws su[7]: (to root) ann on pts/0", "ws", "su", 7, "(to root) ann on pts/0"),
      ("<38>Dec 10 06:55:46 ws sshd[1]: m", "ws", "sshd", 1, "m"),
      ("<38>1 2024-05-06T10:11:12Z ws sshd 99 ID47 [a b=\"]\"] m n", "ws", "sshd", 99, "m n"),
      ("<38>1 2024-05-06T10:11:12Z ws sshd - - - \u{FEFF}m", "ws", "sshd", 0, "m"),
      ("\u{FEFF}Dec 10 06:55:46 ws sshd[1]: m\r", "ws", "sshd", 1, "m"),
      ("Dec 10 06:55:46 ws sshd[1]:", "ws", "sshd", 1, ""),
    ] as [(String, String, String, UInt32, String)])
  func `a line's parts are found`(text: String, host: String, program: String, pid: UInt32, message: String) throws {
    let (_, parts) = try #require(Self.read(text))
    #expect(parts == Parts(host: host, program: program, pid: pid, message: message))
  }

  @Test(arguments: [
    "", " ", "\n", "Dec", "Dec 10", "Dec 10 06:55:46", "Dec 32 06:55:46 ws sshd[1]: m", "Dec 10 24:55:46 ws sshd[1]: m",
    "Dec 10 06:60:46 ws sshd[1]: m", "Foo 10 06:55:46 ws sshd[1]: m", "2024-13-06T10:11:12Z ws sshd[1]: m",
    "2024-05-06 10:11:12 ws sshd[1]: m", "2024-05-06T10:11:12+99:00 ws sshd[1]: m", "2024-05-06T10:11:12X ws x: m",
    "<999999>Dec 10 06:55:46 ws sshd[1]: m", "<38", "<>", "<38>1 ", "<38>1 2024-05-06T10:11:12Z ws sshd",
    "<38>1 2024-05-06T10:11:12Z ws sshd - - [a b=\"", "Dec 10 06:55:46 ws sshd[12345678901234567890]: m",
    "\u{FFFD}\u{0}\u{1}", "{\"a\":1}",
  ]) func `what is no line of a log is refused`(text: String) {
    #expect(Self.read(text) == nil, "\(text)")
  }

  @Test(
    arguments: [
      ("2024-05-06T10:11:12.123456+02:00", 1_714_983_072_123), ("2024-05-06T10:11:12Z", 1_714_990_272_000),
      ("2024-05-06T10:11:12.5-0330", 1_715_002_872_500), ("2024-05-06T10:11:60Z", 1_714_990_319_000),
    ] as [(String, Int64)]) func `a time stamp with a zone is a moment`(text: String, milliseconds: Int64) throws
  {
    let (line, _) = try #require(Self.read("\(text) ws sshd[1]: m"))
    #expect(line.stamp == .moment(Timestamp(milliseconds: milliseconds)))
  }

  @Test func `a time stamp without one is the machine's`() throws {
    let old = try #require(Self.read("Feb 29 23:59:59 ws sshd[1]: m"))
    #expect(old.line.stamp == .local(LocalTime(year: nil, month: 2, day: 29, milliseconds: 86_399_000)))
    let new = try #require(Self.read("2024-05-06T10:11:12.25 ws sshd[1]: m"))
    #expect(new.line.stamp == .local(LocalTime(year: 2024, month: 5, day: 6, milliseconds: 36_672_250)))
  }
}
