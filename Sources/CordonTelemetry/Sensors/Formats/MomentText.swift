package import CordonCore

/// A moment as FHIR, XML Schema and RFC 5424 write it: `2026-03-01T09:30:00.250+01:00`, or less of it from the right.
package enum MomentText {
  /// Milliseconds are kept, finer digits dropped; a moment without a zone counts as UTC, a date as its midnight. Nil for
  /// anything else, and outside the years 1970 to 2261.
  package static func read(_ text: String) -> Timestamp? { read(Array(text.utf8.prefix(48))[...]) }

  /// As `read` of a text; copies nothing.
  package static func read(_ bytes: ArraySlice<UInt8>) -> Timestamp? {
    var digits = Digits(bytes.prefix(48))
    guard let year = digits.number(4), (1970...2261).contains(year) else { return nil }
    var (month, day) = (1, 1)
    if digits.take("-") {
      guard let found = digits.number(2), (1...12).contains(found) else { return nil }
      month = found
      if digits.take("-") {
        guard let found = digits.number(2), (1...31).contains(found) else { return nil }
        day = found
      }
    }
    var milliseconds = days(year, month, day) * 86_400_000
    if digits.take("T") || digits.take(" ") {
      guard let time = timeOfDay(&digits) else { return nil }
      milliseconds += time
    }
    guard digits.isAtEnd, milliseconds >= 0 else { return nil }
    return Timestamp(milliseconds: milliseconds)
  }

  private static func timeOfDay(_ digits: inout Digits) -> Int64? {
    guard let hour = digits.number(2), hour < 24, digits.take(":"), let minute = digits.number(2), minute < 60 else {
      return nil
    }
    var milliseconds = Int64(hour * 60 + minute) * 60_000
    if digits.take(":") {
      // A leap second is told as the one before.
      guard let second = digits.number(2), second <= 60 else { return nil }
      milliseconds += Int64(min(second, 59)) * 1000
      if digits.take(".") || digits.take(",") {
        guard let fraction = digits.fraction() else { return nil }
        milliseconds += fraction
      }
    }
    if digits.take("Z") || digits.isAtEnd { return milliseconds }
    let isAhead = digits.take("+")
    guard isAhead || digits.take("-"), let hours = digits.number(2), hours <= 14 else { return nil }
    _ = digits.take(":")
    let minutes = digits.isAtEnd ? 0 : digits.number(2)
    guard let minutes, minutes < 60 else { return nil }
    let offset = Int64(hours * 60 + minutes) * 60_000
    return milliseconds + (isAhead ? -offset : offset)
  }

  /// Days from 1970 to a date of the Gregorian calendar; a day past its month's end counts into the next month.
  static func days(_ year: Int, _ month: Int, _ day: Int) -> Int64 {
    // From March on, so that the leap day is the last of its year; 400 years are 146,097 days.
    let shifted = month <= 2 ? year - 1 : year
    let (era, inEra) = (shifted / 400, shifted % 400)
    let dayOfYear = (153 * ((month + 9) % 12) + 2) / 5 + day - 1
    return Int64(era * 146_097 + inEra * 365 + inEra / 4 - inEra / 100 + dayOfYear - 719_468)
  }

  private struct Digits {
    let bytes: ArraySlice<UInt8>
    var position: Int

    init(_ bytes: ArraySlice<UInt8>) {
      self.bytes = bytes
      position = bytes.startIndex
    }

    var isAtEnd: Bool { position == bytes.endIndex }

    mutating func take(_ character: Unicode.Scalar) -> Bool {
      guard position < bytes.endIndex, UInt32(bytes[position]) == character.value else { return false }
      position += 1
      return true
    }

    /// Exactly so many digits.
    mutating func number(_ count: Int) -> Int? {
      guard position + count <= bytes.endIndex else { return nil }
      var value = 0
      for byte in bytes[position..<(position + count)] {
        guard (0x30...0x39).contains(byte) else { return nil }
        value = value * 10 + Int(byte - 0x30)
      }
      position += count
      return value
    }

    /// Milliseconds from at least one digit after the point.
    mutating func fraction() -> Int64? {
      var value: Int64 = 0
      var count = 0
      while position < bytes.endIndex, (0x30...0x39).contains(bytes[position]) {
        if count < 3 { value = value * 10 + Int64(bytes[position] - 0x30) }
        count += 1
        position += 1
      }
      guard count > 0 else { return nil }
      for _ in count..<max(count, 3) { value *= 10 }
      return value
    }
  }
}
