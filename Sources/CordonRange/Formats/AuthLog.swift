import CordonCore

/// One machine's auth.log: takes events in order of time, and writes what sshd, sudo and the login services say to a
/// syslog daemon that writes times as RFC 3339 has them, as Debian's does.
package struct AuthLog: Sendable {
  /// Lines written.
  package private(set) var records: UInt64 = 0

  private let host: Host
  private let staff: [Person]
  private var random: SeededStream
  /// Numbers of the services' processes, by session.
  private var processes: [Int: UInt32] = [:]

  package init(of host: Host, in hospital: Hospital) {
    self.host = host
    staff = hospital.staff
    random = hospital.stream("auth", host.index)
  }

  /// Appends an event's lines; none for what no login service hears of.
  package mutating func append(_ event: MachineEvent, to text: inout [UInt8]) {
    switch event.deed {
    case .logIn(let from, let succeeds): logIn(event, from, succeeds, &text)
    case .logOut: logOut(event, &text)
    case .start(let arguments, .setUser) where event.program == .sudo: useRights(event, arguments, &text)
    case .start, .connect, .changeUser, .touch, .setAuditing: break
    }
  }

  private mutating func line(_ event: MachineEvent, _ service: String, _ message: String, _ text: inout [UInt8]) {
    let time = HospitalCalendar.text(event.time).dropLast()
    text += "\(time)000+00:00 \(host.label) \(service): \(message)\n".utf8
    records += 1
  }

  private func account(_ event: MachineEvent) -> (name: String, uid: UInt32) {
    event.person.map { (staff[$0].account, staff[$0].uid) } ?? ("root", 0)
  }

  private mutating func process(of event: MachineEvent) -> UInt32 {
    if let known = processes[event.session] { return known }
    let pid = 1_000 + UInt32(random.next() % 4_000_000)
    processes[event.session] = pid
    return pid
  }

  private mutating func logIn(
    _ event: MachineEvent, _ from: NetworkAddress?, _ succeeds: Bool, _ text: inout [UInt8]
  ) {
    let (name, uid) = account(event)
    let pid = process(of: event)
    guard let from else {
      let service = "gdm-password]"
      if succeeds {
        line(
          event, service, "pam_unix(gdm-password:session): session opened for user \(name)(uid=\(uid)) by (uid=0)",
          &text)
      } else {
        line(
          event, service,
          "pam_sss(gdm-password:auth): authentication failure; logname= uid=0 euid=0 tty=/dev/tty2 ruser= rhost= "
            + "user=\(name)", &text)
      }
      return
    }
    let place = "\(from.text) port \(32_768 + random.next() % 28_000) ssh2"
    guard succeeds else {
      line(event, "sshd[\(pid)]", "Failed password for \(name) from \(place)", &text)
      return
    }
    line(event, "sshd[\(pid)]", "Accepted password for \(name) from \(place)", &text)
    line(event, "sshd[\(pid)]", "pam_unix(sshd:session): session opened for user \(name)(uid=\(uid)) by (uid=0)", &text)
  }

  private mutating func logOut(_ event: MachineEvent, _ text: inout [UInt8]) {
    let isRemote = event.program == .secureShellService
    let service = isRemote ? "sshd[\(process(of: event))]" : "gdm-password]"
    let module = isRemote ? "sshd" : "gdm-password"
    line(event, service, "pam_unix(\(module):session): session closed for user \(account(event).name)", &text)
    processes[event.session] = nil
  }

  private mutating func useRights(_ event: MachineEvent, _ arguments: [String], _ text: inout [UInt8]) {
    let (name, uid) = account(event)
    let command = "/usr/bin/\(arguments.dropFirst().joined(separator: " "))"
    line(event, "sudo", "\(name) : TTY=pts/0 ; PWD=/home/\(name) ; USER=root ; COMMAND=\(command)", &text)
    line(
      event, "sudo", "pam_unix(sudo:session): session opened for user root(uid=0) by \(name)(uid=\(uid))", &text)
  }
}
