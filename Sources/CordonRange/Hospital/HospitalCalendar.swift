package import CordonCore
import FoundationEssentials

/// Days of a recording and where moments lie in them; everything is in UTC.
package struct HospitalCalendar: Hashable, Sendable {
  package static let dayLength = Duration.seconds(86_400)

  /// Midnight of the first day.
  package let start: Timestamp
  package let days: Int

  package init(start: Timestamp, days: Int) {
    self.start = start
    self.days = days
  }

  package var end: Timestamp { midnight(of: days) }

  /// The midnight that begins a day; the first is day 0.
  package func midnight(of day: Int) -> Timestamp { start.advanced(by: Self.dayLength * day) }

  /// Monday is 0.
  package func weekday(of day: Int) -> Int {
    // 1970-01-01 was a Thursday.
    let sinceEpoch = Int(start.milliseconds / Self.dayLength.milliseconds) + day + 3
    return (sinceEpoch % 7 + 7) % 7
  }

  package func isWeekend(_ day: Int) -> Bool { weekday(of: day) >= 5 }

  /// The day that a moment lies in; negative before the recording.
  package func day(of time: Timestamp) -> Int {
    Int((Double(time.since(start).milliseconds) / Double(Self.dayLength.milliseconds)).rounded(.down))
  }

  /// From 0 to 167; Monday's first is 0.
  package func hourOfWeek(of time: Timestamp) -> Int {
    let day = day(of: time)
    return weekday(of: day) * 24 + Int(time.since(midnight(of: day)).milliseconds / 3_600_000)
  }

  /// Midnight of a day written as `2026-01-05`; nil for anything else.
  package static func midnight(_ text: String) -> Timestamp? {
    guard let date = try? Date.ISO8601FormatStyle().year().month().day().parse(text) else { return nil }
    return Timestamp(milliseconds: Int64(date.timeIntervalSince1970) * 1000)
  }

  /// A moment since 1970 as ISO 8601 with milliseconds.
  package static func text(_ time: Timestamp) -> String {
    // The style's own fractions are cut from a binary number, and so a millisecond short at times.
    let (seconds, milliseconds) = time.milliseconds.quotientAndRemainder(dividingBy: 1000)
    let whole = Date(timeIntervalSince1970: Double(seconds)).formatted(.iso8601)
    return "\(whole.dropLast()).\(String(1000 + milliseconds).dropFirst())Z"
  }
}
