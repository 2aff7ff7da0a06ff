import CordonCore

/// Somebody looks at the records of people whom they know: those who live with them, or colleagues who are patients.
///
/// A few records in each of a few shifts: within what anybody opens, but by whom they are, which the register tells.
struct KinSnooping {
  private static let recordsAShift = 2

  let cast: AttackCast
  /// `.neighbourSnooping` or `.coworkerSnooping`.
  let kind: AttackKind

  /// Nil where nobody who works has such patients.
  var activity: HospitalActivity? {
    let hospital = cast.hospital
    let access = InsiderAccess(hospital: hospital, kind: kind)
    let register = Register(hospital)
    var random = hospital.stream("kin", kind == .neighbourSnooping ? 0 : 1)
    for person in cast.free.shuffled(using: &random) where person.role != .informationTechnology {
      var activity = HospitalActivity()
      let shifts = cast.shifts(of: person).prefix(AttackCast.mostShifts)
      for shift in shifts {
        let sessions = access.sessions(of: person, shift)
        let known = hospital.census.all(on: shift.day).filter { isKnown($0, to: person, register) }
        guard !known.isEmpty, !sessions.isEmpty else { continue }
        for _ in 0..<Self.recordsAShift {
          let session = random.pick(sessions)
          access.open(
            random.pick(known), at: access.moment(in: session, random.uniform()), session, into: &activity)
        }
      }
      if !activity.records.isEmpty { return activity }
    }
    return nil
  }

  private func isKnown(_ patient: Int, to person: Person, _ register: Register) -> Bool {
    switch register.bond(of: patient) {
    case .household(let staff): kind == .neighbourSnooping && staff == person.index
    case .colleague(let staff): kind == .coworkerSnooping && staff != person.index
    case nil: false
    }
  }
}
