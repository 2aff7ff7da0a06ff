import CordonCore

/// One machine's audit.log: takes events in order of time, and writes the lines that a Linux kernel of x86-64 and the
/// login services would have written, with the records that Cordon's own rules ask for.
package struct AuditLog: Sendable {
  private static let firstPID: UInt32 = 900
  /// The kernel's usual `pid_max` of 64-bit machines.
  private static let pidLimit: UInt32 = 4_194_304
  private static let servicesSession = 0
  /// Numbers of execve, connect and setresuid on x86-64.
  private static let execNumber = 59
  private static let connectNumber = 42
  private static let changeUserNumber = 117
  static let nobody: UInt32 = .max

  /// What is known of a session while it is open.
  private struct OpenSession: Sendable {
    /// The kernel's number.
    var number: UInt32
    var processes: [Int: UInt32] = [:]
  }

  /// Lines written.
  package private(set) var records: UInt64 = 0
  var isAuditing = true

  private let host: Host
  private let staff: [Person]
  private var serial: UInt64
  private var nextPID = firstPID
  private var sessionNumber: UInt32 = 0
  private var open: [Int: OpenSession] = [:]

  package init(of host: Host, in hospital: Hospital) {
    self.host = host
    staff = hospital.staff
    var random = hospital.stream("audit", host.index)
    serial = 100 + random.next() % 5_000
    nextPID += UInt32(random.next() % 2_000)
  }

  /// Appends an event's lines.
  package mutating func append(_ event: MachineEvent, to text: inout [UInt8]) {
    if case .setAuditing = event.deed {} else if !isAuditing { return }
    serial += 1
    switch event.deed {
    case .logIn(let from, let succeeds): logIn(event, from, succeeds, &text)
    case .logOut: logOut(event, &text)
    case .start(let arguments, let rights): start(event, arguments, rights, &text)
    case .connect(let peer, let attempt): connect(event, peer, attempt, &text)
    case .changeUser(let rights): changeUser(event, rights, &text)
    case .touch(let act): touch(event, act, &text)
    case .setAuditing(let isOn): setAuditing(event, isOn: isOn, &text)
    }
  }

  mutating func line(_ type: String, _ event: MachineEvent, _ fields: String, _ text: inout [UInt8]) {
    let fraction = String(1_000 + event.time.milliseconds % 1_000).dropFirst()
    text.append(contentsOf: "type=\(type) msg=audit(\(event.time.milliseconds / 1_000).\(fraction):\(serial)): ".utf8)
    text.append(contentsOf: fields.utf8)
    text.append(0x0A)
    records += 1
  }
}

extension AuditLog {
  /// The number of a process, given out in order as the kernel does.
  mutating func pid(of event: MachineEvent, isNew: Bool) -> UInt32 {
    if !isNew, let known = open[event.session]?.processes[event.process] { return known }
    // Between two processes that leave records there are others that do not.
    nextPID = nextPID + 1 + UInt32(serial % 3)
    if nextPID >= Self.pidLimit { nextPID = Self.firstPID }
    open[event.session, default: OpenSession(number: sessionNumber)].processes[event.process] = nextPID
    return nextPID
  }

  private mutating func parent(of event: MachineEvent) -> UInt32 {
    guard event.session != Self.servicesSession, event.process != 0 else { return 1 }
    var shell = event
    shell.process = 0
    return pid(of: shell, isNew: false)
  }

  func uid(_ event: MachineEvent) -> UInt32 { event.person.map { staff[$0].uid } ?? 0 }

  private func loginUser(_ event: MachineEvent) -> UInt32 { event.person.map { staff[$0].uid } ?? Self.nobody }

  func kernelSession(_ event: MachineEvent) -> UInt32 {
    event.person == nil ? Self.nobody : open[event.session]?.number ?? sessionNumber
  }

  /// SYSCALL, with whose rights before and after.
  mutating func syscall(
    _ event: MachineEvent, number: Int, exit: Int, items: Int, pid: UInt32, before: UInt32, after: UInt32,
    key: String = "cordon", _ text: inout [UInt8]
  ) {
    let parent = parent(of: event)
    let pointers = (0..<4).map { index in
      String(AuditText.number(for: "\(index).\(serial)", below: 1 << 46), radix: 16)
    }
    // A connection's first argument is a descriptor.
    let first = number == Self.connectNumber ? String(3 + serial % 40, radix: 16) : pointers[0]
    let group = before == 0 ? 0 : 10_000
    let newGroup = after == 0 ? 0 : group
    line(
      "SYSCALL", event,
      "arch=c000003e syscall=\(number) success=\(exit >= 0 ? "yes" : "no") exit=\(exit) "
        + "a0=\(first) a1=\(pointers[1]) a2=\(pointers[2]) a3=\(pointers[3]) items=\(items) "
        + "ppid=\(parent) pid=\(pid) auid=\(loginUser(event)) uid=\(before) gid=\(group) "
        + "euid=\(after) suid=\(after) fsuid=\(after) egid=\(newGroup) sgid=\(newGroup) fsgid=\(newGroup) "
        + "tty=\(event.person == nil ? "(none)" : "pts0") ses=\(kernelSession(event)) "
        + "comm=\(AuditText.string(event.program.command)) exe=\(AuditText.string(event.program.path)) "
        + "subj=unconfined key=\"\(key)\"", &text)
  }

  /// PROCTITLE and EOE.
  mutating func finish(_ event: MachineEvent, title: [String], _ text: inout [UInt8]) {
    let joined = title.joined(separator: "\0")
    line(
      "PROCTITLE", event,
      "proctitle=\(title.count == 1 ? AuditText.string(joined) : AuditText.hexadecimal(joined.utf8.prefix(128)))", &text
    )
    line("EOE", event, "", &text)
  }

  private mutating func start(
    _ event: MachineEvent, _ arguments: [String], _ rights: MachineEvent.Rights, _ text: inout [UInt8]
  ) {
    let pid = pid(of: event, isNew: true)
    let own = uid(event)
    syscall(
      event, number: Self.execNumber, exit: 0, items: 2, pid: pid, before: rights == .root ? 0 : own,
      after: rights == .own ? own : 0, &text)
    let words = arguments.enumerated().map { "a\($0.offset)=\(AuditText.string($0.element))" }
    line("EXECVE", event, "argc=\(arguments.count) \(words.joined(separator: " "))", &text)
    let folder = event.person.map { "/home/\(staff[$0].account)" } ?? "/"
    line("CWD", event, "cwd=\(AuditText.string(folder))", &text)
    let mode = rights == .setUser ? "0104755" : "0100755"
    for (item, file) in [(event.program.path, mode), ("/lib64/ld-linux-x86-64.so.2", "0100755")].enumerated() {
      line(
        "PATH", event,
        "item=\(item) name=\(AuditText.string(file.0)) inode=\(AuditText.number(for: file.0, below: 2_000_000) + 11) "
          + "dev=fd:00 mode=\(file.1) ouid=0 ogid=0 rdev=00:00 nametype=NORMAL cap_fp=0 cap_fi=0 cap_fe=0 cap_fver=0 "
          + "cap_frootid=0", &text)
    }
    finish(event, title: arguments, &text)
  }

  private mutating func connect(
    _ event: MachineEvent, _ peer: Peer, _ attempt: MachineEvent.Attempt, _ text: inout [UInt8]
  ) {
    let pid = pid(of: event, isNew: false)
    let own = uid(event)
    let exit =
      switch attempt {
      case .made: 0
      case .underWay: -115
      case .refused: -111
      }
    syscall(event, number: Self.connectNumber, exit: exit, items: 0, pid: pid, before: own, after: own, &text)
    line("SOCKADDR", event, "saddr=\(AuditText.socketAddress(peer))", &text)
    finish(event, title: [event.program.path], &text)
  }

  private mutating func changeUser(_ event: MachineEvent, _ rights: MachineEvent.Rights, _ text: inout [UInt8]) {
    let pid = pid(of: event, isNew: false)
    let user = rights == .own ? uid(event) : 0
    syscall(event, number: Self.changeUserNumber, exit: 0, items: 0, pid: pid, before: user, after: user, &text)
    finish(event, title: [event.program.path], &text)
  }
}

extension AuditLog {
  /// What PAM and the login service write, and the kernel's LOGIN between.
  private mutating func logIn(
    _ event: MachineEvent, _ from: NetworkAddress?, _ succeeds: Bool, _ text: inout [UInt8]
  ) {
    let account = event.person.map { staff[$0].account } ?? "root"
    let user = uid(event)
    let pid = pid(of: event, isNew: false)
    let place = place(event, from)
    let result = succeeds ? "success" : "failed"
    line(
      "USER_AUTH", event,
      "pid=\(pid) uid=0 auid=\(Self.nobody) ses=\(Self.nobody) subj=unconfined msg='op=PAM:authentication "
        + "grantors=\(succeeds ? "pam_sss" : "?") acct=\"\(account)\" \(place) res=\(result)'", &text)
    serial += 1
    if succeeds {
      sessionNumber += 1
      open[event.session, default: OpenSession(number: sessionNumber)].number = sessionNumber
      line(
        "LOGIN", event,
        "pid=\(pid) uid=0 subj=unconfined old-auid=\(Self.nobody) auid=\(user) tty=(none) old-ses=\(Self.nobody) "
          + "ses=\(sessionNumber) res=1", &text)
      serial += 1
    }
    let session = succeeds ? "auid=\(user) ses=\(sessionNumber)" : "auid=\(Self.nobody) ses=\(Self.nobody)"
    line(
      "USER_LOGIN", event,
      "pid=\(pid) uid=0 \(session) subj=unconfined msg='op=login id=\(user) \(place) res=\(result)'", &text)
  }

  private mutating func logOut(_ event: MachineEvent, _ text: inout [UInt8]) {
    let pid = pid(of: event, isNew: false)
    line(
      "USER_LOGOUT", event,
      "pid=\(pid) uid=0 auid=\(uid(event)) ses=\(kernelSession(event)) subj=unconfined msg='op=login id=\(uid(event)) "
        + "\(place(event, nil)) res=success'", &text)
    open[event.session] = nil
  }

  private func place(_ event: MachineEvent, _ from: NetworkAddress?) -> String {
    let address = from?.text ?? "?"
    let terminal = event.program == .secureShellService ? "ssh" : "/dev/tty2"
    return "exe=\"\(event.program.path)\" hostname=\(from == nil ? host.label : address) addr=\(address) "
      + "terminal=\(terminal)"
  }
}
