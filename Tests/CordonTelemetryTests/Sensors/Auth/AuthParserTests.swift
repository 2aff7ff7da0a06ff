import CordonCore
import CordonTelemetry
import CordonTestSupport
import Testing

/// What log-in programs write, and what it comes to: one observation an attempt, however many lines tell of it.
@Suite struct AuthParserTests {
  static let now = Timestamp(milliseconds: 1_735_000_000_000)

  static func parse(_ lines: [String], host: String = "") -> (found: [Observation], counters: ParserCounters) {
    var parser = AuthParser(host: host, offset: { _ in 0 })
    var found: [Observation] = []
    for line in lines { parser.parse(Array(line.utf8), arrived: now, into: &found) }
    parser.finish(into: &found)
    return (found, parser.counters)
  }

  /// Lines of one process, a second apart.
  static func lines(_ program: String, _ messages: [String], pid: Int = 700) -> [String] {
    messages.enumerated().map { "Dec 10 06:55:\(10 + $0.offset) ws \(program)[\(pid)]: \($0.element)" }
  }

  /// What an observation says, in a line.
  static func told(_ observation: Observation) -> String {
    guard case .authentication(let fact) = observation.object else { return "\(observation.activity)" }
    func name(_ account: RawAccount?) -> String {
      if case .login(let text) = account { text } else { "-" }
    }
    let origin =
      switch fact.origin {
      case .address(let address): "\(address)"
      case .name(let text): text
      case nil: "-"
      }
    let target = fact.target == nil ? "" : ">\(name(fact.target))"
    return
      "\(observation.activity) \(observation.outcome) \(name(observation.actor))\(target) \(origin) \(fact.method)"
      + (fact.attempts == 1 ? "" : " x\(fact.attempts)") + (fact.isOfNobody ? " nobody" : "")
  }

  struct Case: Sendable, CustomTestStringConvertible {
    var name: String
    var program = "sshd"
    var messages: [String]
    var expected: [String]

    var testDescription: String { name }
  }

  private static let pamFailure =
    "pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=192.0.2.9  user=ann"

  static let cases: [Case] = [
    Case(
      name: "a password that is wrong: PAM's word and sshd's are one attempt",
      messages: [pamFailure, "Failed password for ann from 192.0.2.9 port 5 ssh2"],
      expected: ["logOn failure ann 192.0.2.9 password"]),
    Case(
      name: "PAM's word alone counts too", messages: [pamFailure], expected: ["logOn failure ann 192.0.2.9 unknown"]),
    Case(
      name: "PAM's word twice is two attempts", messages: [pamFailure, pamFailure],
      expected: ["logOn failure ann 192.0.2.9 unknown", "logOn failure ann 192.0.2.9 unknown"]),
    Case(
      name: "one module refused, another let in",
      messages: [
        pamFailure,
        "pam_sss(sshd:auth): authentication success; logname= uid=0 euid=0 tty=ssh ruser= rhost=192.0.2.9 user=ann",
        "Accepted password for ann from 192.0.2.9 port 5 ssh2",
        "pam_unix(sshd:session): session opened for user ann(uid=1000) by (uid=0)",
      ], expected: ["logOn success ann 192.0.2.9 password"]),
    Case(
      name: "nobody of that name",
      messages: [
        "Invalid user hunter2 from 192.0.2.9 port 5", "input_userauth_request: invalid user hunter2 [preauth]",
        "pam_unix(sshd:auth): check pass; user unknown",
        "pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=192.0.2.9 ",
        "Failed password for invalid user hunter2 from 192.0.2.9 port 5 ssh2",
        "Connection closed by invalid user hunter2 192.0.2.9 port 5 [preauth]",
      ], expected: ["logOn failure - 192.0.2.9 password nobody"]),
    Case(
      name: "a name that is empty", messages: ["Invalid user  from 192.0.2.9 port 5"],
      expected: ["logOn failure - 192.0.2.9 unknown nobody"]),
    Case(
      name: "a name that pretends to come from elsewhere",
      messages: ["Failed password for invalid user a from 10.0.0.1 port 1 ssh2 from 192.0.2.9 port 5 ssh2"],
      expected: ["logOn failure - 192.0.2.9 password nobody"]),
    Case(
      name: "a key alone, on a server that asks for no password",
      messages: ["Connection closed by authenticating user root 2001:db8::7 port 5 [preauth]"],
      expected: ["logOn failure root 2001:db8::7 unknown"]),
    Case(
      name: "a key that is known", program: "sshd-session",
      messages: ["Accepted publickey for ann from 192.0.2.9 port 5 ssh2: RSA SHA256:abc"],
      expected: ["logOn success ann 192.0.2.9 publicKey"]),
    Case(
      name: "repetitions are told at once",
      messages: [
        "Failed password for ann from 192.0.2.9 port 5 ssh2",
        "message repeated 5 times: [ Failed password for ann from 192.0.2.9 port 5 ssh2]",
        "PAM 5 more authentication failures; logname= uid=0 euid=0 tty=ssh ruser= rhost=192.0.2.9  user=ann",
      ], expected: ["logOn failure ann 192.0.2.9 password", "logOn failure ann 192.0.2.9 password x5"]),
    Case(
      name: "what PAM counted where sshd said nothing",
      messages: [
        pamFailure,
        "PAM 2 more authentication failures; logname= uid=0 euid=0 tty=ssh ruser= rhost=192.0.2.9  user=ann",
      ], expected: ["logOn failure ann 192.0.2.9 unknown x3"]),
    Case(
      name: "a client that only asks", messages: ["Failed none for invalid user ann from 192.0.2.9 port 5 ssh2"],
      expected: []),
    Case(
      name: "not allowed", messages: ["User ann from 192.0.2.9 not allowed because not listed in AllowUsers"],
      expected: ["logOn failure ann 192.0.2.9 unknown"]),
    Case(
      name: "probes and housekeeping",
      messages: [
        "Connection closed by 192.0.2.9 port 5 [preauth]", "Did not receive identification string from 192.0.2.9",
        "Received disconnect from 192.0.2.9: 11: Bye Bye [preauth]", "Server listening on 0.0.0.0 port 22.",
        "banner exchange: Connection from 192.0.2.9 port 5: invalid format",
      ], expected: []),
    Case(
      name: "a session ends", messages: ["pam_unix(sshd:session): session closed for user ann"],
      expected: ["logOff success ann - unknown"]),
    Case(
      name: "as PAM signed once", program: "sshd(pam_unix)",
      messages: [
        "authentication failure; logname= uid=0 euid=0 tty=NODEVssh ruser= rhost=host.example.net  user=root",
        "session opened for user test by (uid=509)",
      ], expected: ["logOn success test - unknown"]),
    Case(
      name: "sudo", program: "sudo",
      messages: [
        "     ann : TTY=pts/0 ; PWD=/home/ann ; USER=root ; COMMAND=/usr/bin/mysql -psecret",
        "pam_unix(sudo:session): session opened for user root(uid=0) by ann(uid=1000)",
        "pam_unix(sudo:session): session closed for user root",
      ], expected: ["privilegeUse success ann>root - unknown"]),
    Case(
      name: "sudo, refused", program: "sudo",
      messages: [
        "pam_unix(sudo:auth): authentication failure; logname=ann uid=1000 euid=0 tty=/dev/pts/0 ruser=ann rhost=  user=ann",
        "     ann : 3 incorrect password attempts ; TTY=pts/0 ; PWD=/home/ann ; USER=root ; COMMAND=/usr/bin/id",
        "     bob : user NOT in sudoers ; TTY=pts/0 ; PWD=/home/bob ; USER=root ; COMMAND=/usr/bin/id",
      ],
      expected: [
        "privilegeUse failure ann>root - password x3", "privilegeUse failure bob>root - unknown",
      ]),
    Case(
      name: "su of util-linux", program: "su",
      messages: [
        "(to root) ann on pts/0", "pam_unix(su:session): session opened for user root(uid=0) by ann(uid=1000)",
        "pam_unix(su:session): session closed for user root",
      ], expected: ["privilegeUse success ann>root - unknown"]),
    Case(
      name: "su, refused", program: "su",
      messages: [
        "pam_unix(su:auth): authentication failure; logname=ann uid=1000 euid=0 tty=pts/0 ruser=ann rhost=  user=root",
        "FAILED SU (to root) ann on pts/0",
      ], expected: ["privilegeUse failure ann>root - unknown"]),
    Case(
      name: "su of the shadow suite", program: "su",
      messages: ["Successful su for root by ann", "FAILED su for root by bob"],
      expected: ["privilegeUse success ann>root - unknown", "privilegeUse failure bob>root - unknown"]),
    Case(
      name: "a console", program: "login",
      messages: [
        "FAILED LOGIN (1) on '/dev/tty1' FOR 'ann', Authentication failure",
        "FAILED LOGIN (2) on '/dev/tty1' FOR 'UNKNOWN', Authentication failure",
        "pam_unix(login:session): session opened for user ann(uid=1000) by LOGIN(uid=0)", "LOGIN ON tty1 BY ann",
      ],
      expected: [
        "logOn failure ann - password", "logOn failure - - password nobody", "logOn success ann - unknown",
      ]),
    Case(
      name: "a desktop", program: "gdm-password]",
      messages: [
        "pam_unix(gdm-password:auth): authentication failure; logname= uid=0 euid=0 tty=/dev/tty1 ruser= rhost=  user=ann",
        "pam_unix(gdm-password:session): session opened for user ann(uid=1000) by (uid=0)",
      ], expected: ["logOn success ann - unknown"]),
    Case(
      name: "the machine's own", program: "CRON",
      messages: [
        "pam_unix(cron:session): session opened for user root(uid=0) by (uid=0)",
        "pam_unix(cron:session): session closed for user root",
      ], expected: []),
    Case(
      name: "another program", program: "kernel", messages: ["Failed password for ann from 192.0.2.9"], expected: []),
  ]

  @Test(arguments: cases) func `lines come to attempts`(item: Case) {
    let (found, counters) = Self.parse(Self.lines(item.program, item.messages))
    #expect(found.map(Self.told) == item.expected)
    #expect(counters.malformed == 0)
    #expect(counters.records == UInt64(item.messages.count))
    #expect(counters.observations == UInt64(found.count))
  }

  @Test func `attempts of two processes do not mix`() {
    let one = Self.lines("sshd", [Self.pamFailure], pid: 1)
    let other = Self.lines("sshd", ["Failed password for bob from 192.0.2.9 port 5 ssh2"], pid: 2)
    let (found, _) = Self.parse(one + other)
    #expect(
      Set(found.map(Self.told)) == ["logOn failure ann 192.0.2.9 unknown", "logOn failure bob 192.0.2.9 password"])
  }

  /// As Debian's sshd does for keyboard-interactive: a process of its own asks PAM.
  @Test func `what PAM says through another process is not counted twice`() {
    let pam = Self.lines("sshd", [Self.pamFailure], pid: 1)
    let asked = Self.lines(
      "sshd",
      [
        "error: PAM: Authentication failure for ann from 192.0.2.9",
        "Connection closed by authenticating user ann 192.0.2.9 port 5 [preauth]",
      ], pid: 2)
    #expect(Self.parse(pam + asked).found.map(Self.told) == ["logOn failure ann 192.0.2.9 unknown"])
    let nobody = Self.lines(
      "sshd",
      [
        "pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=192.0.2.9 "
      ], pid: 3)
    let denied = Self.lines(
      "sshd",
      [
        "Invalid user x from 192.0.2.9 port 5",
        "error: PAM: Authentication failure for illegal user x from 192.0.2.9",
        "Failed keyboard-interactive/pam for invalid user x from 192.0.2.9 port 5 ssh2",
        "Connection closed by invalid user x 192.0.2.9 port 5 [preauth]",
      ], pid: 4)
    #expect(Self.parse(nobody + denied).found.map(Self.told) == ["logOn failure - 192.0.2.9 interactive nobody"])
    let others = Self.lines("sshd", ["Failed password for bob from 192.0.2.9 port 5 ssh2"], pid: 5)
    #expect(Self.parse(pam + others).found.count == 2, "of another user it is another attempt")
  }

  /// As Debian's su does: PAM's line names no process.
  @Test func `what PAM says without a process is not counted twice`() {
    let stamp = "Dec 10 06:55:10 ws"
    let lines = [
      "\(stamp) su: pam_unix(su:auth): authentication failure; logname= uid=1001 euid=0 tty= ruser=ann rhost=  user=root",
      "\(stamp) su[7]: FAILED SU (to root) ann on none",
    ]
    #expect(Self.parse(lines).found.map(Self.told) == ["privilegeUse failure ann>root - unknown"])
    #expect(Self.parse([lines[0]]).found.map(Self.told) == ["privilegeUse failure ann>root - unknown"])
  }

  @Test func `a sign counts once nothing follows it`() {
    var parser = AuthParser(offset: { _ in 0 })
    var found: [Observation] = []
    let line = "2024-12-10T06:55:10Z ws sshd[1]: \(Self.pamFailure)"
    parser.parse(Array(line.utf8), arrived: Self.now, into: &found)
    let time = Timestamp(milliseconds: 1_733_813_710_000)
    parser.advance(to: time.advanced(by: AuthParser.patience - .milliseconds(1)), into: &found)
    #expect(found.isEmpty)
    parser.advance(to: time.advanced(by: AuthParser.patience), into: &found)
    #expect(found.map(\.time) == [time])
  }

  @Test func `open attempts are bounded, and none is lost`() {
    let lines = (1...(3 * AuthParser.openLimit)).flatMap { Self.lines("sshd", [Self.pamFailure], pid: $0) }
    #expect(Self.parse(lines).found.count == 3 * AuthParser.openLimit)
  }

  @Test(arguments: [("ws", 1), ("WS.example.net", 1), ("", 1), ("other", 0), ("w", 0)])
  func `lines of other machines are passed over`(host: String, count: Int) {
    let line = "Dec 10 06:55:10 ws.hospital.example sshd[1]: Failed password for ann from 192.0.2.9 port 5 ssh2"
    #expect(Self.parse([line], host: host).found.count == count)
  }

  @Test func `a name of nobody's goes nowhere`() {
    let found = Self.parse(
      Self.lines("sshd", ["Failed password for invalid user hunter2 from 192.0.2.9 port 5 ssh2"])
    ).found
    #expect(!"\(found)".contains("hunter2"))
  }

  @Test(arguments: [
    "", "\u{0}", String(repeating: "x", count: AuthParser.lengthLimit + 1), "Dec 10 06:55", "garbage",
    "Dec 10 06:55:46 ws sshd[99999999999]: Failed password for a from 192.0.2.9 port 5 ssh2",
  ]) func `what is no line is counted`(text: String) {
    let (found, counters) = Self.parse([text])
    #expect(found.isEmpty && counters.malformed == 1)
  }

  @Test func `a line cut off anywhere is harmless`() {
    for item in Self.cases {
      for line in Self.lines(item.program, item.messages) {
        for end in 0...line.utf8.count {
          let (found, _) = Self.parse([String(decoding: line.utf8.prefix(end), as: UTF8.self)])
          #expect(found.count <= 1)
        }
      }
    }
  }

  @Test func `the contract of sensors holds`() {
    let lines = Self.cases.prefix(2).enumerated().flatMap { Self.lines($1.program, $1.messages, pid: 700 + $0) }
    let recording =
      (lines + Self.lines("sudo", ["ann : TTY=pts/0 ; USER=root ; COMMAND=/bin/id"], pid: 9)
      + Self.lines("su", ["FAILED SU (to root) ann on pts/0"], pid: 10))
      .joined(separator: "\n")
    SensorConformance(sensor: AuthSensor(), recording: Array(recording.utf8), count: 4).checkAll()
  }
}
