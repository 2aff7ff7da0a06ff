import CordonCore

/// A nurse opens records of patients of other wards, some thirty a shift, on up to four days: one of them every time.
///
/// Seen in raw counts: distinct patients and records opened by the user, twice to five times the usual.
struct Snooping {
  private static let recordsAShift = 30.0

  let cast: AttackCast

  /// Nil where no nurse works often enough.
  var activity: HospitalActivity? {
    guard let (person, shifts) = cast.insider(.nurse, for: .snooping) else { return nil }
    let access = InsiderAccess(hospital: cast.hospital, kind: .snooping)
    var activity = HospitalActivity()
    for shift in shifts.prefix(AttackCast.mostShifts) {
      var random = cast.hospital.stream("snooping", person.index, shift.day)
      let sessions = access.sessions(of: person, shift)
      guard !sessions.isEmpty else { continue }
      let others = cast.patients(notOf: person, on: shift.day)
      for number in 0..<Int(Self.recordsAShift) + random.poisson(mean: 8) {
        let session = random.pick(sessions)
        let time = access.moment(in: session, random.uniform())
        access.open(number == 0 ? others[0] : random.pick(others), at: time, session, into: &activity)
      }
    }
    return activity
  }
}
