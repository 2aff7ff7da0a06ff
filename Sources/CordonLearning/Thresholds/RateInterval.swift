/// How many events a rate is likely to have behind it, from how many were seen: the 95 % Poisson interval.
///
/// Byar's approximation of the exact limits (Breslow & Day, "Statistical methods in cancer research", 1987), within 1 %.
package struct RateInterval: Hashable, Sendable {
  /// Normal quantile of 97.5 %.
  static let quantile = 1.959_963_985

  package let low: Double
  package let high: Double

  /// - Parameter seen: events, not negative.
  package init(seen: Int) {
    let count = Double(max(0, seen))
    func limit(_ count: Double, _ side: Double) -> Double {
      let root = 1 - 1 / (9 * count) + side * Self.quantile / (3 * count.squareRoot())
      return count * root * root * root
    }
    low = count == 0 ? 0 : max(0, limit(count, -1))
    high = limit(count + 1, 1)
  }
}
