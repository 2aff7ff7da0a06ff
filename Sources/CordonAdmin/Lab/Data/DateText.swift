/// Reads the dates and times that data files hold, as numbers.
///
/// Pure calendar arithmetic (Hinnant: "chrono-compatible low-level date algorithms", 2013), no time zones: what matters to
/// a model is order and distance.
package enum DateText {
  /// Days since 1970-01-01 with the time of day as a fraction; for a time alone, seconds since midnight. Nil for another
  /// text.
  ///
  /// Dates: `2019-04-25`, `2019/04/25`, `25-Apr-19`, `25-Apr-2019`, `04/25/2019` (month first, as exports from the United
  /// States have it). Times: `14:42`, `14:42:33`, `14:42:33.5`, after a blank or a `T`; `Z` at the end is skipped.
  package static func number(_ text: String) -> Double? {
    guard text.utf8.count <= 40 else { return nil }
    let parts = text.split(whereSeparator: { $0 == " " || $0 == "T" })
    switch parts.count {
    case 1: return date(parts[0]) ?? time(parts[0])
    case 2:
      guard let days = date(parts[0]), let seconds = time(parts[1]) else { return nil }
      return days + seconds / 86_400
    default: return nil
    }
  }

  private static func date(_ text: Substring) -> Double? {
    let fields = text.split(omittingEmptySubsequences: false, whereSeparator: { $0 == "-" || $0 == "/" })
    guard fields.count == 3 else { return nil }
    if fields[0].count == 4, let year = Int(fields[0]), let month = Int(fields[1]), let day = Int(fields[2]) {
      return days(year, month, day)
    }
    if let month = month(fields[1]), let day = Int(fields[0]), let year = year(fields[2]) {
      return days(year, month, day)
    }
    if text.contains("/"), let month = Int(fields[0]), let day = Int(fields[1]), let year = year(fields[2]) {
      return days(year, month, day)
    }
    return nil
  }

  /// Two digits mean 1970 to 2069.
  private static func year(_ text: Substring) -> Int? {
    guard let year = Int(text), text.count == 2 || text.count == 4 else { return nil }
    return text.count == 4 ? year : year + (year < 70 ? 2000 : 1900)
  }

  private static let months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]

  private static func month(_ text: Substring) -> Int? {
    months.firstIndex(of: text.lowercased()).map { $0 + 1 }
  }

  private static func days(_ year: Int, _ month: Int, _ day: Int) -> Double? {
    guard (1...9999).contains(year), (1...12).contains(month), (1...31).contains(day) else { return nil }
    let shifted = month <= 2 ? year - 1 : year
    let era = shifted / 400
    let yearOfEra = shifted - era * 400
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return Double(era * 146_097 + dayOfEra - 719_468)
  }

  private static func time(_ text: Substring) -> Double? {
    let digits = text.hasSuffix("Z") ? text.dropLast() : text
    let fields = digits.split(separator: ":", omittingEmptySubsequences: false)
    guard (2...3).contains(fields.count), let hour = Int(fields[0]), let minute = Int(fields[1]),
      (0..<24).contains(hour), (0..<60).contains(minute)
    else { return nil }
    guard fields.count == 3 else { return Double(hour * 3600 + minute * 60) }
    guard let second = Double(fields[2]), second >= 0, second < 61 else { return nil }
    return Double(hour * 3600 + minute * 60) + second
  }
}
