import CordonCore

/// A patient whom everybody knows is admitted, and on one day people of other wards each look once or twice.
///
/// No user does anything that stands out; the record does, by how many have opened it.
struct FamousPatient {
  private static let onlookers = 6

  let cast: AttackCast

  /// Nil where fewer than two people of other wards work on any day.
  var activity: HospitalActivity? {
    let hospital = cast.hospital
    let access = InsiderAccess(hospital: hospital, kind: .famousPatient)
    for day in cast.days.dropLast() {
      var random = hospital.stream("famous", day)
      let ward = Int(random.uniform() * Double(hospital.census.wards))
      let patient = random.pick(hospital.census.patients(in: ward, on: day))
      var activity = HospitalActivity()
      var count = 0
      for person in cast.free.shuffled(using: &random) where count < Self.onlookers {
        guard person.role == .nurse || person.role == .physician, hospital.census.wards == 1 || person.ward != ward,
          let shift = hospital.roster.shift(of: person, on: day), shift.end <= hospital.calendar.end,
          let session = access.sessions(of: person, shift).last
        else { continue }
        count += 1
        for _ in 0...random.poisson(mean: 0.5) {
          access.open(patient, at: access.moment(in: session, random.uniform()), session, into: &activity)
        }
      }
      if count > 1 { return activity }
    }
    return nil
  }
}
