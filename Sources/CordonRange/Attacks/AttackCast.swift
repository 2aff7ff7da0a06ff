/// Who plays in which attack, and when: different people where there are enough, in the second half of the recording.
struct AttackCast {
  /// Shifts that an insider had better have.
  private static let enoughShifts = 2
  static let mostShifts = 4

  let hospital: Hospital
  /// Positions of people who have a part in another attack.
  var taken: Set<Int> = []

  /// Days on which attacks may begin.
  var days: Range<Int> { hospital.calendar.days / 2..<hospital.calendar.days }

  /// Somebody of a role who works in these days, more than once where there is such a one, and the shifts.
  func insider(_ role: Role, for attack: AttackKind) -> (person: Person, shifts: [Shift])? {
    var random = hospital.stream("insider", AttackKind.allCases.firstIndex(of: attack) ?? 0)
    let candidates = hospital.staff.filter { $0.role == role }.shuffled(using: &random).map { person in
      (person: person, shifts: shifts(of: person))
    }
    let free = candidates.filter { !taken.contains($0.person.index) }
    return free.first { $0.shifts.count >= Self.enoughShifts } ?? free.first { !$0.shifts.isEmpty }
      ?? candidates.first { !$0.shifts.isEmpty }
  }

  /// Who has no part yet; everybody where all have one.
  var free: [Person] {
    let free = hospital.staff.filter { !taken.contains($0.index) }
    return free.isEmpty ? hospital.staff : free
  }

  /// Shifts in these days; one that the recording cuts short is none to act in.
  func shifts(of person: Person) -> [Shift] {
    days.compactMap { hospital.roster.shift(of: person, on: $0) }.filter { $0.end <= hospital.calendar.end }
  }

  /// Patients of other wards; in a hospital of one ward, its own.
  func patients(notOf person: Person, on day: Int) -> [Int] {
    let census = hospital.census
    let others = (0..<census.wards).filter { $0 != person.ward }.flatMap { census.patients(in: $0, on: day) }
    return others.isEmpty ? census.patients(in: person.ward, on: day) : others
  }

  /// Whether somebody is away from work from noon to noon around the night that ends on a day.
  func isAway(_ person: Person, nightBefore day: Int) -> Bool {
    hospital.roster.shift(of: person, on: day - 1).map { $0.kind == .office } ?? true
  }
}
