import CordonCore
import Testing

@testable import CordonTelemetry

/// What journalctl writes of an entry, and what is made of it.
@Suite struct JournalEntryTests {
  static func entry(_ more: String, user: String = "0", name: String = "sshd", executable: String = "") -> String {
    let program = executable.isEmpty ? "" : #","_EXE":"\#(executable)""#
    return
      #"{"_PID":"700","__CURSOR":"s=ab;i=22e","__REALTIME_TIMESTAMP":"1735000000123456","_HOSTNAME":"ws""#
      + #","SYSLOG_IDENTIFIER":"\#(name)","_UID":"\#(user)"\#(program),\#(more)}"#
  }

  @Test func `an entry is the line that a syslog daemon would have made of it`() throws {
    let text = Self.entry(
      #""MESSAGE":"Failed password for ann from 192.0.2.9 port 5 ssh2""#, executable: "/usr/sbin/sshd")
    let entry = try #require(JournalEntry.read(Array(text.utf8)))
    #expect(entry.line.stamp == .moment(Timestamp(milliseconds: 1_735_000_000_123)))
    #expect(entry.line.pid == 700)
    func part(_ range: Range<Int>) -> String { String(decoding: entry.bytes[range], as: UTF8.self) }
    #expect(part(entry.line.program) == "sshd")
    #expect(part(entry.line.message) == "Failed password for ann from 192.0.2.9 port 5 ssh2")
    #expect(part(entry.line.host) == "ws")
    #expect(entry.user == 0 && entry.executable == "/usr/sbin/sshd")
  }

  @Test(
    arguments: [
      (#""MESSAGE":[98,255,254,108]"#, [98, 255, 254, 108]), (#""MESSAGE":["one","two"]"#, Array("one".utf8)),
      (#""MESSAGE":null"#, []), (#""MESSAGE":[256,-1,1.5,true,[1],{"a":1},7]"#, [7]), (#""OTHER":"x""#, []),
      (#""MESSAGE":"a\nb""#, Array("a\nb".utf8)),
    ] as [(String, [UInt8])])
  func `a message is a text, or bytes, or the first of several`(field: String, message: [UInt8]) throws {
    let entry = try #require(JournalEntry.read(Array(Self.entry(field).utf8)))
    #expect(Array(entry.bytes[entry.line.message]) == message)
  }

  @Test(arguments: [
    "", "{}", "{", #"{"MESSAGE":"x"}"#, #"{"__REALTIME_TIMESTAMP":"-1"}"#, #"{"__REALTIME_TIMESTAMP":1}"#,
    #"{"__REALTIME_TIMESTAMP":"1"}x"#, #"{"__REALTIME_TIMESTAMP":"18446744073709551616"}"#, "[]",
  ])
  func `what is no entry is refused`(text: String) { #expect(JournalEntry.read(Array(text.utf8)) == nil) }

  @Test func `an entry over the limit is refused, one at it is read`() {
    let shell = Self.entry(#""OTHER":"""#).utf8.count
    func sized(_ size: Int) -> [UInt8] {
      Array(Self.entry(#""OTHER":"\#(String(repeating: "x", count: size - shell))""#).utf8)
    }
    #expect(JournalEntry.read(sized(JournalEntry.lengthLimit)) != nil)
    #expect(JournalEntry.read(sized(JournalEntry.lengthLimit + 1)) == nil)
  }

  struct Writer: Sendable {
    var user: String
    var name: String
    var executable: String
    var message: String
    var isBelieved: Bool
  }

  private static let accepted = "Accepted password for ann from 192.0.2.9 port 5 ssh2"
  private static let sudo = "ann : TTY=pts/0 ; PWD=/ ; USER=root ; COMMAND=/bin/ls"

  @Test(arguments: [
    Writer(user: "0", name: "sshd", executable: "/usr/sbin/sshd", message: accepted, isBelieved: true),
    Writer(user: "0", name: "sshd", executable: "", message: accepted, isBelieved: true),
    Writer(user: "1001", name: "sshd", executable: "/usr/sbin/sshd", message: accepted, isBelieved: false),
    Writer(user: "1001", name: "sshd", executable: "", message: accepted, isBelieved: false),
    Writer(user: "1001", name: "sudo", executable: "/usr/bin/sudo", message: sudo, isBelieved: true),
    Writer(user: "1001", name: "sudo", executable: "", message: sudo, isBelieved: true),
    Writer(user: "1001", name: "sudo", executable: "/usr/bin/logger", message: sudo, isBelieved: false),
    Writer(user: "1001", name: "sudo", executable: "/home/ann/sudo", message: sudo, isBelieved: false),
  ])
  func `who signs as another is not believed`(writer: Writer) {
    let text = Self.entry(
      #""MESSAGE":"\#(writer.message)""#, user: writer.user, name: writer.name, executable: writer.executable)
    let (found, counters) = AuthParserTests.parse([text])
    #expect(found.count == (writer.isBelieved ? 1 : 0))
    #expect(counters.ignored == (writer.isBelieved ? 0 : 1))
  }

  @Test func `of an attempt that several entries tell of, one observation comes`() {
    let lines = [
      Self.entry(#""MESSAGE":"Invalid user bob from 192.0.2.9 port 5""#),
      Self.entry(#""MESSAGE":"Connection closed by invalid user bob 192.0.2.9 port 5 [preauth]""#),
      Self.entry(#""MESSAGE":"Server listening on 0.0.0.0 port 22.""#),
    ]
    let (found, counters) = AuthParserTests.parse(lines, host: "ws")
    #expect(found.map(AuthParserTests.told) == ["logOn failure - 192.0.2.9 unknown nobody"])
    #expect(counters.ignored == 1 && counters.malformed == 0)
    #expect(AuthParserTests.parse(lines, host: "other").found.isEmpty)
  }
}

@Suite struct JournalCursorTests {
  @Test func `the cursor is found wherever it stands, and never in a message`() {
    let inside = #"{"MESSAGE":"\"__CURSOR\":\"s=1\"","__CURSOR":"s=ab;i=22e"}"#
    #expect(JournalCursor(ofEntry: Array(inside.utf8))?.text == "s=ab;i=22e")
    #expect(JournalCursor(ofEntry: Array(#"{"MESSAGE":"\"__CURSOR\":\"s=1\""}"#.utf8)) == nil)
  }

  @Test(arguments: ["s=1 --file=/etc/shadow", "s=1\n", "", "--x", "s=ä", String(repeating: "a", count: 257)])
  func `what a cursor cannot be is refused`(text: String) {
    #expect(JournalCursor(Array(text.utf8)[...]) == nil)
    #expect(JournalCursor(ofEntry: Array(#"{"__CURSOR":"\#(text)"}"#.utf8)) == nil)
  }

  @Test(arguments: [#"{"__CURSOR":""#, #"{"__CURSOR":"s=1"#, #""__CURSOR":"#])
  func `a cursor without its end is none`(text: String) { #expect(JournalCursor(ofEntry: Array(text.utf8)) == nil) }
}
