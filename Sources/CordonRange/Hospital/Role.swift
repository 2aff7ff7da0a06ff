/// What somebody does in the hospital, and so when and how they use a computer.
package enum Role: String, Sendable, CaseIterable, Codable {
  case nurse, physician, administration
  case informationTechnology = "it"

  /// Of ten people five are nurses, three physicians, one in administration and one in IT.
  static func ofPerson(_ index: Int) -> Role {
    let pattern: [Role] = [
      .nurse, .physician, .nurse, .administration, .nurse, .physician, .informationTechnology, .nurse, .physician,
      .nurse,
    ]
    return pattern[index % pattern.count]
  }

  /// Works through the whole week in shifts.
  var isRostered: Bool { self == .nurse }

  /// How somebody of this role uses a computer on a usual day.
  var habits: WorkHabits {
    switch self {
    case .nurse:
      WorkHabits(
        sessionMinutes: 22, gapMinutes: 14, errandsAMinute: 0.13,
        errands: [.openRecord: 10, .search: 2, .update: 6, .document: 0.5, .printing: 0.7, .web: 0.5, .mail: 0.4])
    case .physician:
      WorkHabits(
        sessionMinutes: 28, gapMinutes: 16, errandsAMinute: 0.16,
        errands: [
          .openRecord: 12, .search: 3, .update: 4, .document: 1.5, .printing: 0.6, .web: 2, .mail: 1.2, .share: 0.6,
        ])
    case .administration:
      WorkHabits(
        sessionMinutes: 110, gapMinutes: 9, errandsAMinute: 0.14,
        errands: [
          .openRecord: 3, .search: 1.5, .update: 0.6, .document: 5, .printing: 2, .web: 4, .mail: 5, .share: 4,
          .export: 0.12,
        ])
    case .informationTechnology:
      WorkHabits(
        sessionMinutes: 90, gapMinutes: 10, errandsAMinute: 0.16,
        errands: [
          .document: 1, .web: 4, .mail: 3, .share: 1, .shell: 7, .remote: 0.8, .administer: 1.5, .search: 0.1,
          .openRecord: 0.05,
        ])
    }
  }
}

/// How a role uses a computer; rates are for a person of pace 1.
struct WorkHabits: Hashable, Sendable {
  /// Median length of a session at a screen, and mean time between two.
  var sessionMinutes: Double
  var gapMinutes: Double
  /// Within a session, before pace, hour and mood.
  var errandsAMinute: Double
  /// Relative frequency.
  var errands: [Errand: Double]
}
