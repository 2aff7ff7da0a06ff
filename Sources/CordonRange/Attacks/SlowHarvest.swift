import CordonCore

/// A nurse opens three records of other wards in every shift of the second half: never many, and no end of them.
struct SlowHarvest {
  private static let recordsAShift = 3

  let cast: AttackCast

  /// Nil where no nurse works often enough.
  var activity: HospitalActivity? {
    guard let (person, shifts) = cast.insider(.nurse, for: .slowHarvest) else { return nil }
    let access = InsiderAccess(hospital: cast.hospital, kind: .slowHarvest)
    var activity = HospitalActivity()
    for shift in shifts {
      var random = cast.hospital.stream("harvest", person.index, shift.day)
      let sessions = access.sessions(of: person, shift)
      guard !sessions.isEmpty else { continue }
      let others = cast.patients(notOf: person, on: shift.day)
      for _ in 0..<Self.recordsAShift {
        let session = random.pick(sessions)
        access.open(
          random.pick(others), at: access.moment(in: session, random.uniform()), session, into: &activity)
      }
    }
    return activity.records.isEmpty ? nil : activity
  }
}
