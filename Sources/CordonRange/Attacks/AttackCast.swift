/// Who plays in which attack, and when: three different people, in the second half of the recording.
struct AttackCast {
  /// Shifts that an insider had better have.
  private static let enoughShifts = 2
  static let mostShifts = 4

  let hospital: Hospital

  /// Days on which attacks may begin.
  var days: Range<Int> { hospital.calendar.days / 2..<hospital.calendar.days }

  /// Somebody of a role who works in these days, more than once where there is such a one, and the shifts.
  func insider(_ role: Role, for attack: AttackKind) -> (person: Person, shifts: [Shift])? {
    var random = hospital.stream("insider", AttackKind.allCases.firstIndex(of: attack) ?? 0)
    let candidates = hospital.staff.filter { $0.role == role }.shuffled(using: &random).map { person in
      // A shift that the recording cuts short is none to act in.
      let shifts = days.compactMap { hospital.roster.shift(of: person, on: $0) }
      return (person: person, shifts: shifts.filter { $0.end <= hospital.calendar.end })
    }
    return candidates.first { $0.shifts.count >= Self.enoughShifts } ?? candidates.first { !$0.shifts.isEmpty }
  }

  /// Whether somebody is away from work from noon to noon around the night that ends on a day.
  func isAway(_ person: Person, nightBefore day: Int) -> Bool {
    hospital.roster.shift(of: person, on: day - 1).map { $0.kind == .office } ?? true
  }
}
