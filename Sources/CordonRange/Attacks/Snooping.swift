import CordonCore

/// A nurse opens records of patients of other wards, some thirty a shift, on up to four days: one of them every time.
///
/// Seen in raw counts: distinct patients and records opened by the user, twice to five times the usual. The records are
/// opened in the nurse's own sessions, at the usual screens, by the usual program.
struct Snooping {
  private static let recordsAShift = 30.0

  let cast: AttackCast

  /// Nil where no nurse works often enough.
  var activity: HospitalActivity? {
    guard let (person, shifts) = cast.insider(.nurse, for: .snooping) else { return nil }
    let hospital = cast.hospital
    var activity = HospitalActivity()
    for shift in shifts.prefix(AttackCast.mostShifts) {
      var random = hospital.stream("snooping", person.index, shift.day)
      let sessions = ShiftWork(hospital: hospital, person: person, shift: shift).sessions
      guard !sessions.isEmpty else { continue }
      let others = patients(notOf: person, on: shift.day)
      for number in 0..<Int(Self.recordsAShift) + random.poisson(mean: 8) {
        let session = random.pick(sessions)
        let length = Double(session.end.since(session.start).milliseconds)
        let time = session.start.advanced(by: .milliseconds(Int(random.uniform() * length * 0.95)))
        open(number == 0 ? others[0] : random.pick(others), at: time, session, into: &activity)
      }
    }
    return activity
  }

  /// The first is looked at on every day. In a hospital of one ward, its patients.
  private func patients(notOf person: Person, on day: Int) -> [Int] {
    let census = cast.hospital.census
    let wards = (0..<census.wards).filter { $0 != person.ward }
    let others = wards.flatMap { census.patients(in: $0, on: day) }
    return others.isEmpty ? census.patients(in: person.ward, on: day) : others
  }

  private func open(_ patient: Int, at time: Timestamp, _ session: Session, into activity: inout HospitalActivity) {
    let isLive = cast.hospital.isLive(at: session.start)
    let server = isLive ? HospitalNetwork.newEHR : HospitalNetwork.ehr
    activity.machine.append(
      session.event(
        isLive ? .newEHRClient : .ehrClient, Session.Resident.ehr.rawValue, .connect(server, .made), at: time,
        attack: .snooping))
    activity.records.append(
      RecordAccess(
        time: time.advanced(by: .milliseconds(80)), person: session.person, host: session.host, interaction: .read,
        patient: patient, attack: .snooping))
  }
}
