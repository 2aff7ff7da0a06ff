import ArgumentParser
import CordonCore
import CordonPolicy

/// When something ends: a date such as `2026-12-01` (its end, UTC), or a duration from now such as `30d`.
struct EndArgument: ExpressibleByArgument, Sendable {
  private enum End {
    case date(Timestamp)
    case after(Duration)
  }

  private let end: End

  init?(argument: String) {
    if let duration = DurationText.parse(argument), duration > .zero {
      end = .after(duration)
      return
    }
    let parts = argument.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.map(\.count) == [4, 2, 2], let year = Int64(parts[0]), let month = Int64(parts[1]),
      let day = Int64(parts[2]), (1...12).contains(month), (1...31).contains(day)
    else { return nil }
    let days = Self.days(year: year, month: month, day: day)
    guard TimeText.civil(days: days) == (year, month, day) else { return nil }
    end = .date(Timestamp(milliseconds: (days + 1) * 86_400_000))
  }

  func moment(after now: Timestamp) -> Timestamp {
    switch end {
    case .date(let time): time
    case .after(let duration): now.advanced(by: duration)
    }
  }

  /// Days since 1970-01-01 of a date in the proleptic Gregorian calendar.
  ///
  /// Hinnant, "chrono-compatible low-level date algorithms", days_from_civil; for years from 0 on.
  private static func days(year: Int64, month: Int64, day: Int64) -> Int64 {
    let shifted = month <= 2 ? year - 1 : year
    let yearOfEra = shifted % 400
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    return shifted / 400 * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }
}
