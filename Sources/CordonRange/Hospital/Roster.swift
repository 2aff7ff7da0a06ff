package import CordonCore

/// A stretch of work.
package struct Shift: Hashable, Sendable {
  package enum Kind: String, Sendable { case day, evening, night, office, onCall }

  package var person: Int
  /// On which it begins; a night ends on the next.
  package var day: Int
  package var kind: Kind
  package var start: Timestamp
  package var end: Timestamp
}

/// Who works when: nurses in a rota of two weeks around the clock, the others on weekdays, physicians on call at night.
package struct Roster: Sendable {
  /// Two weeks of a nurse's life.
  private static let rota: [Shift.Kind?] = [
    .day, .day, .evening, .evening, nil, nil, .day, .evening, .night, .night, .night, nil, nil, nil,
  ]
  private static let absence = 0.04
  /// Of rostered shifts on a weekend, those that are not staffed.
  private static let weekendThinning = 0.4

  private let seed: UInt64
  private let calendar: HospitalCalendar

  init(seed: UInt64, calendar: HospitalCalendar) {
    self.seed = seed
    self.calendar = calendar
  }

  /// The shift that somebody begins on a day; nil on a day off.
  package func shift(of person: Person, on day: Int) -> Shift? {
    var random = SeededStream(seed: seed, "roster", person.index, day)
    guard !random.chance(Self.absence), let kind = kind(of: person, on: day, &random) else { return nil }
    let (begin, length): (Double, Double) =
      switch kind {
      case .day: (6.5, 8.25)
      case .evening: (14.25, 8.25)
      case .night: (22, 9)
      case .office: (person.role == .physician ? 7.25 : 8, person.role == .physician ? 9 : 8.5)
      case .onCall: (17, 13.5)
      }
    // People come a few minutes early or late, and leave when they are done.
    let start = calendar.midnight(of: day).advanced(
      by: .seconds(begin * 3600 + min(max(random.gaussian(), -2), 2) * 360))
    return Shift(
      person: person.index, day: day, kind: kind, start: start,
      end: start.advanced(by: .seconds(length * 3600 + min(max(random.gaussian(), -2), 2) * 600)))
  }

  private func kind(of person: Person, on day: Int, _ random: inout SeededStream) -> Shift.Kind? {
    let isWeekend = calendar.isWeekend(day)
    if person.role.isRostered {
      let kind = Self.rota[(day + person.rotaOffset + Self.rota.count) % Self.rota.count]
      return isWeekend && kind != .night && random.chance(Self.weekendThinning) ? nil : kind
    }
    if person.role == .physician, (day + person.rotaOffset + 7) % 7 == 3 { return .onCall }
    let worksOnWeekend =
      switch person.role {
      case .physician: 0.2
      case .informationTechnology: 0.1
      case .administration, .nurse: 0.0
      }
    return !isWeekend || random.chance(worksOnWeekend) ? .office : nil
  }
}
