package import CordonCore

/// An hour of the week in the site's own time, 0 for Monday's first.
package struct HourOfWeek: Hashable, Sendable {
  package static let count = 168

  package let index: Int

  /// Nil outside 0..<168.
  package init?(index: Int) {
    guard (0..<Self.count).contains(index) else { return nil }
    self.index = index
  }

  /// The hour that holds a moment.
  ///
  /// - Parameter offset: seconds that the site's clock is ahead of UTC at that moment; the shell converts through libc.
  package init(_ time: Timestamp, offset: Int = 0) {
    let seconds = time.milliseconds.flooredDivision(by: 1000) &+ Int64(clamping: offset)
    // 1970-01-01 was a Thursday: three days after a Monday.
    let hours = seconds.flooredDivision(by: 3600) &+ 3 * 24
    index = Int(hours.flooredRemainder(by: Int64(Self.count)))
  }
}

extension Int64 {
  /// Quotient rounded down, for a positive divisor.
  package func flooredDivision(by divisor: Int64) -> Int64 {
    let quotient = self / divisor
    return self % divisor < 0 ? quotient - 1 : quotient
  }

  /// Remainder in 0..<divisor, for a positive divisor.
  package func flooredRemainder(by divisor: Int64) -> Int64 {
    let remainder = self % divisor
    return remainder < 0 ? remainder + divisor : remainder
  }
}
