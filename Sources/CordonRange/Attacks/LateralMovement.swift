import CordonCore

/// With an administrator's account, from one office machine by ssh to a dozen others within half an hour: some log-ons
/// fail, on each a few commands are run.
///
/// Administrators do log on to other machines; not to so many, so fast, and not to wards'.
struct LateralMovement {
  private static let hosts = 12
  private static let commands = ["id", "ss", "getent", "last", "ps"].map { Program("/usr/bin/\($0)") }
  private static let firstSession = -100

  let cast: AttackCast

  /// Nil where nobody in IT works.
  var activity: HospitalActivity? {
    guard let (person, shifts) = cast.insider(.informationTechnology, for: .lateralMovement),
      let shift = shifts.first
    else { return nil }
    let hospital = cast.hospital
    var random = hospital.stream("lateral", person.index, shift.day)
    let from = hospital.hosts[person.hosts[0]]
    var activity = HospitalActivity()
    var time = shift.start.advanced(by: .seconds(3 * 3600 + random.uniform() * 7200))
    let targets = hospital.hosts.filter { $0.index != from.index }.shuffled(using: &random)
    for (hop, host) in targets.prefix(Self.hosts).enumerated() {
      let session = Session(
        key: Self.firstSession - hop, person: person.index, host: host.index, start: time,
        end: time.advanced(by: .seconds(60 + random.exponential(mean: 60))))
      if random.chance(0.4) {
        add(.secureShellService, 0, .logIn(from: from.address, succeeds: false), 0, session, &activity)
      }
      add(.secureShellService, 0, .logIn(from: from.address, succeeds: true), 2_000, session, &activity)
      add(.shell, 0, .start(arguments: ["-bash"], rights: .own), 2_200, session, &activity)
      for (number, program) in Self.commands.enumerated() {
        let arguments = [program.command, "-a"]
        add(
          program, Session.firstOfAttack + number, .start(arguments: arguments, rights: .own), 4_000 + number * 3_000,
          session, &activity)
      }
      add(.secureShellService, 0, .logOut, 50_000, session, &activity)
      time = time.advanced(by: .seconds(90 + random.exponential(mean: 60)))
    }
    return activity
  }

  private func add(
    _ program: Program, _ process: Int, _ deed: MachineEvent.Deed, _ milliseconds: Int, _ session: Session,
    _ activity: inout HospitalActivity
  ) {
    activity.machine.append(
      session.event(
        program, process, deed, at: session.start.advanced(by: .milliseconds(milliseconds)), attack: .lateralMovement))
  }
}
