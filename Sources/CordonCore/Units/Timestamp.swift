/// A moment of wall-clock time, in milliseconds since 1970-01-01T00:00:00Z.
package struct Timestamp: Hashable, Comparable, Sendable, Codable {
  package var milliseconds: Int64

  package init(milliseconds: Int64) { self.milliseconds = milliseconds }

  package static let epoch = Timestamp(milliseconds: 0)

  package static func < (left: Timestamp, right: Timestamp) -> Bool { left.milliseconds < right.milliseconds }

  /// Later by a duration; saturates at the ends of the range, so that a hostile time cannot trap.
  package func advanced(by duration: Duration) -> Timestamp {
    let (sum, overflow) = milliseconds.addingReportingOverflow(duration.milliseconds)
    guard overflow else { return Timestamp(milliseconds: sum) }
    return Timestamp(milliseconds: duration.milliseconds > 0 ? .max : .min)
  }

  /// How long after `earlier`; negative where it came before; saturating.
  package func since(_ earlier: Timestamp) -> Duration {
    let (difference, overflow) = milliseconds.subtractingReportingOverflow(earlier.milliseconds)
    guard overflow else { return .milliseconds(difference) }
    return .milliseconds(milliseconds > earlier.milliseconds ? Int64.max : Int64.min)
  }
}

extension Duration {
  /// Whole milliseconds, rounded toward zero; saturating.
  package var milliseconds: Int64 {
    let (seconds, attoseconds) = components
    let (product, overflow) = seconds.multipliedReportingOverflow(by: 1000)
    guard !overflow else { return seconds > 0 ? .max : .min }
    let (sum, second) = product.addingReportingOverflow(attoseconds / 1_000_000_000_000_000)
    guard !second else { return seconds > 0 ? .max : .min }
    return sum
  }
}
