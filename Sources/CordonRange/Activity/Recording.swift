package import CordonCore

/// Everything that happens in a hospital from the first midnight to the last, day by day in order of time.
///
/// What is ordinary depends on the settings apart from the attacks: with and without them it is the same.
package struct Recording: Sendable {
  package let hospital: Hospital
  package let attacks: [PlannedAttack]

  /// Throws where the settings are out of range, or nobody can take part in an attack.
  package init(_ settings: HospitalSettings) throws(CordonError) {
    hospital = try Hospital(settings)
    attacks = try AttackPlanner(hospital).plan()
  }

  /// The truth, in order of time.
  package var labels: [AttackLabel] {
    attacks.flatMap { $0.labels(in: hospital) }.sorted {
      ($0.from, $0.entity, $0.attack.rawValue) < ($1.from, $1.entity, $1.attack.rawValue)
    }
  }

  /// Hands on one day after another; memory is that of a day.
  package func forEachDay<Failure: Error>(
    _ body: (_ day: Int, _ activity: HospitalActivity) throws(Failure) -> Void
  ) throws(Failure) {
    var waiting = HospitalActivity()
    for attack in attacks { waiting.append(attack.activity) }
    // The night before the first day goes on into it.
    for day in -1..<hospital.calendar.days {
      waiting.append(hospital.activity(beginningOn: day))
      let activity = waiting.removeAll(before: hospital.calendar.midnight(of: day + 1))
      if day >= 0 { try body(day, activity) }
    }
  }
}
