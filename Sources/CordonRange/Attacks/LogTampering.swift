import CordonCore

/// Somebody with an administrator's account wipes the traces on two servers: auditing off, the log of log-ons emptied.
struct LogTampering {
  private static let hosts = 2
  private static let firstSession = -200
  private static let control = Program("/usr/sbin/auditctl")
  private static let truncate = Program("/usr/bin/truncate")

  let cast: AttackCast

  /// Nil where nobody in IT works.
  var activity: HospitalActivity? {
    guard let (person, shifts) = cast.insider(.informationTechnology, for: .logTampering), let shift = shifts.last
    else { return nil }
    let hospital = cast.hospital
    var random = hospital.stream("tampering", person.index, shift.day)
    let servers = hospital.hosts.filter { $0.kind == .server }
    let hosts = (servers.isEmpty ? hospital.hosts : servers).shuffled(using: &random)
    var activity = HospitalActivity()
    var time = shift.start.advanced(by: .seconds(7_200 + random.uniform() * 3_600))
    for (number, host) in hosts.prefix(Self.hosts).enumerated() {
      let session = Session(
        key: Self.firstSession - number, person: person.index, host: host.index, start: time,
        end: time.advanced(by: .seconds(120)))
      let from = hospital.hosts[person.hosts[0]].address
      func add(_ program: Program, _ process: Int, _ deed: MachineEvent.Deed, _ seconds: Double) {
        activity.machine.append(
          session.event(
            program, process, deed, at: session.start.advanced(by: .milliseconds(Int(seconds * 1000))),
            attack: .logTampering))
      }
      add(.secureShellService, 0, .logIn(from: from, succeeds: true), 0)
      add(.shell, 0, .start(arguments: ["-bash"], rights: .own), 0.3)
      add(Self.control, Session.firstOfAttack, .start(arguments: ["auditctl", "-e", "0"], rights: .root), 20)
      add(Self.control, Session.firstOfAttack, .setAuditing(isOn: false), 20.1)
      add(
        Self.truncate, Session.firstOfAttack + 1,
        .start(arguments: ["truncate", "-s", "0", "/var/log/auth.log"], rights: .root), 40)
      add(Self.control, Session.firstOfAttack, .setAuditing(isOn: true), 90)
      time = time.advanced(by: .seconds(300))
    }
    return activity
  }
}
