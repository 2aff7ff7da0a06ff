package import CordonCore

/// Times and durations for people, in UTC: an analyst's laptop and the agent may be in different zones.
package enum TimeText {
  /// `2026-01-01T00:00:00Z`, with `.000` where milliseconds are asked for.
  package static func iso(_ time: Timestamp, milliseconds: Bool = false) -> String {
    let (days, inDay) = time.milliseconds.dividedFloor(by: 86_400_000)
    let date = civil(days: days)
    let seconds = inDay / 1000
    let clock = "\(two(seconds / 3600)):\(two(seconds / 60 % 60)):\(two(seconds % 60))"
    let fraction = milliseconds ? "." + padded(inDay % 1000, to: 3) : ""
    return "\(padded(date.year, to: 4))-\(two(date.month))-\(two(date.day))T\(clock)\(fraction)Z"
  }

  /// `3m ago`, `in 2h`, `now`; `-` for a time that was never set.
  package static func relative(_ time: Timestamp, to now: Timestamp) -> String {
    guard time.milliseconds != 0 else { return "-" }
    let difference = now.since(time)
    let size = rough(difference < .zero ? .zero - difference : difference)
    if size == "0s" { return "now" }
    return difference < .zero ? "in \(size)" : "\(size) ago"
  }

  /// The largest unit alone: `45s`, `3m`, `2h`, `5d`.
  package static func rough(_ duration: Duration) -> String {
    let seconds = duration.milliseconds / 1000
    return switch seconds {
    case ..<60: "\(seconds)s"
    case ..<3600: "\(seconds / 60)m"
    case ..<86_400: "\(seconds / 3600)h"
    default: "\(seconds / 86_400)d"
    }
  }

  /// Year, month and day of a count of days since 1970-01-01 in the proleptic Gregorian calendar.
  ///
  /// Hinnant, "chrono-compatible low-level date algorithms", civil_from_days.
  static func civil(days: Int64) -> (year: Int64, month: Int64, day: Int64) {
    let shifted = days &+ 719_468
    let (era, dayOfEra) = shifted.dividedFloor(by: 146_097)
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
  }

  private static func two(_ number: Int64) -> String { padded(number, to: 2) }

  private static func padded(_ number: Int64, to width: Int) -> String {
    let digits = "\(number.magnitude)"
    return (number < 0 ? "-" : "") + String(repeating: "0", count: max(0, width - digits.count)) + digits
  }
}

extension Int64 {
  /// Quotient rounded toward minus infinity, and the remainder from 0.
  fileprivate func dividedFloor(by divisor: Int64) -> (quotient: Int64, remainder: Int64) {
    let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
  }
}
