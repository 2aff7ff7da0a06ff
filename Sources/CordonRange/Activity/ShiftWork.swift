import CordonCore

/// What one person does in one shift: sessions at changing screens, in them errands at the rhythm of the day.
struct ShiftWork {
  /// Sessions at screens in a shift, at most.
  static let sessionLimit = 50
  /// Logins that fail before one succeeds.
  private static let mistyped = 0.06
  /// How much more there is to do with the new EHR client.
  private static let goLiveFactor = 1.5

  let hospital: Hospital
  let person: Person
  let shift: Shift

  private var habits: WorkHabits { person.role.habits }

  /// The shift's sessions at screens, in order of time; none overlaps the next.
  var sessions: [Session] {
    var random = hospital.stream("sessions", person.index, shift.day)
    var sessions: [Session] = []
    var time = shift.start.advanced(by: .seconds(random.exponential(mean: 300)))
    while time < shift.end, sessions.count < Self.sessionLimit {
      let host = person.hosts[random.zipf(person.hosts.count, exponent: 1.2)]
      let minutes = max(3, random.logNormal(median: habits.sessionMinutes, sigma: 0.6))
      let end = min(time.advanced(by: .seconds(minutes * 60)), shift.end)
      sessions.append(
        Session(
          key: Session.key(person: person.index, day: shift.day, number: sessions.count), person: person.index,
          host: host, start: time, end: end))
      time = end.advanced(by: .seconds(60 + random.exponential(mean: habits.gapMinutes * 60)))
    }
    return sessions
  }

  func perform(into activity: inout HospitalActivity) {
    var rhythm = WorkRhythm(hospital.stream("rhythm", person.index, shift.day))
    var random = hospital.stream("errands", person.index, shift.day)
    var runner = ErrandRunner(hospital: hospital, person: person, day: shift.day)
    let weights = Errand.allCases.map { habits.errands[$0] ?? 0 }
    let length = shift.end.since(shift.start) / .seconds(60)
    var remaining = sessions[...]
    for minute in 0..<max(0, Int(length)) {
      let time = shift.start.advanced(by: .seconds(60 * minute))
      let factor = rhythm.next(progress: Double(minute) / length)
      while let first = remaining.first, first.end <= time { remaining.removeFirst() }
      guard let session = remaining.first, session.start <= time else { continue }
      let live = hospital.isLive(at: time) ? Self.goLiveFactor : 1
      for _ in 0..<random.poisson(mean: min(habits.errandsAMinute * person.pace * factor * live, 20)) {
        let moment = time.advanced(by: .milliseconds(Int(random.uniform() * 60_000)))
        runner.run(Errand.allCases[random.weighted(weights)], at: moment, in: session, into: &activity)
      }
    }
    // From a stream of its own, so that more errands move no login.
    var logins = hospital.stream("logins", person.index, shift.day)
    for session in sessions { open(session, &logins, into: &activity) }
  }

  /// Login, what starts with it, and logout.
  private func open(_ session: Session, _ random: inout SeededStream, into activity: inout HospitalActivity) {
    func add(_ program: Program, _ process: Int, _ deed: MachineEvent.Deed, after milliseconds: Int) {
      activity.machine.append(
        session.event(program, process, deed, at: session.start.advanced(by: .milliseconds(milliseconds - 20_000))))
    }
    if random.chance(Self.mistyped) { add(.loginService, 0, .logIn(from: nil, succeeds: false), after: 0) }
    add(.loginService, 0, .logIn(from: nil, succeeds: true), after: 6_000)
    add(.nameService, 0, .connect(HospitalNetwork.directory, .made), after: 6_040)
    add(.desktop, 0, .start(arguments: ["gnome-shell", "--mode=user"], rights: .own), after: 6_400)
    if person.role != .informationTechnology {
      let client: Program = hospital.isLive(at: session.start) ? .newEHRClient : .ehrClient
      add(client, Session.Resident.ehr.rawValue, .start(arguments: [client.command], rights: .own), after: 9_000)
    }
    activity.machine.append(session.event(.loginService, 0, .logOut, at: session.end))
  }
}
