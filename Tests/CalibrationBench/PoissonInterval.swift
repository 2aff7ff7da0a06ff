/// The 95 % interval of a rate of which so many events were seen, as multiples of what was expected.
package struct PoissonInterval: Hashable, Sendable {
  package var low: Double
  package var high: Double
  package var ratio: Double

  /// Byar's approximation of the exact limits (Breslow & Day, "Statistical methods in cancer research", 1987): within 1 %.
  package init(seen: Int, expected: Double) {
    let n = Double(seen)
    func cube(_ value: Double) -> Double { value * value * value }
    let below = seen == 0 ? 0 : n * cube(1 - 1 / (9 * n) - 1.96 / (3 * n.squareRoot()))
    let above = (n + 1) * cube(1 - 1 / (9 * (n + 1)) + 1.96 / (3 * (n + 1).squareRoot()))
    low = below / expected
    high = above / expected
    ratio = n / expected
  }

  /// Whether the realised rate may be the budgeted one.
  package var holdsBudget: Bool { low <= 1 && 1 <= high }
}
