import CordonCore

/// A length of time as people write it in policies and on command lines: `90s`, `10m`, `1h30m`, `500ms`.
package enum DurationText {
  /// Milliseconds in each unit, the longest first.
  private static let units: [(name: String, milliseconds: Int64)] = [
    ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1),
  ]

  /// No number of a part has more digits; what is longer is refused rather than overflowed.
  package static let mostDigits = 12

  /// Nil unless the text is one or more whole numbers, each with a unit, the longer units first.
  package static func parse(_ text: some StringProtocol) -> Duration? {
    var rest = Substring(text)
    guard !rest.isEmpty else { return nil }
    var total: Int64 = 0
    var nextUnit = 0
    while !rest.isEmpty {
      let digits = rest.prefix { $0.isASCII && $0.isNumber }
      guard !digits.isEmpty, digits.count <= mostDigits, let number = Int64(digits) else { return nil }
      rest = rest.dropFirst(digits.count)
      let name = rest.prefix { $0.isASCII && $0.isLetter }
      guard let unit = units.firstIndex(where: { $0.name == name }), unit >= nextUnit else { return nil }
      rest = rest.dropFirst(name.count)
      nextUnit = unit + 1
      let (part, overflow) = number.multipliedReportingOverflow(by: units[unit].milliseconds)
      let (sum, second) = total.addingReportingOverflow(part)
      guard !overflow, !second else { return nil }
      total = sum
    }
    return .milliseconds(total)
  }

  /// The shortest text that `parse` reads back to the same whole milliseconds; negative ones start with `-`.
  package static func format(_ duration: Duration) -> String {
    let milliseconds = duration.milliseconds
    guard milliseconds != 0 else { return "0s" }
    var rest = milliseconds.magnitude
    var text = milliseconds < 0 ? "-" : ""
    for unit in units {
      let count = rest / unit.milliseconds.magnitude
      rest %= unit.milliseconds.magnitude
      if count > 0 { text += "\(count)\(unit.name)" }
    }
    return text
  }
}
