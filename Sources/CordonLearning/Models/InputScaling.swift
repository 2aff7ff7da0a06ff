import Glibc

/// Puts every feature on a scale of its own before a model that compares features: z = curve((x − offset) · factor).
///
/// A missing value becomes 0, the middle; magnitudes stop at `limit`, so that nothing computed from them overflows.
package struct InputScaling: Hashable, Sendable {
  /// Far beyond any meaning, and its square times any model's size is still a finite Double.
  package static let limit = 1e30

  /// What happens to magnitudes; raw values are the wire's.
  package enum Curve: UInt8, Sendable, CaseIterable {
    case linear = 1
    /// Linear near the middle, logarithmic far out: one heavy-tailed feature does not drown the others, and ten times as
    /// much is still further out.
    case asinh = 2
  }

  /// One a feature, in the feature's unit.
  package let offsets: [Float]
  /// One a feature, in 1 / unit; 0 leaves a feature out.
  package let factors: [Float]
  package let curve: Curve

  package var columns: Int { offsets.count }
  package var byteCount: Int { 8 * offsets.count }

  /// Nil for no features, unequal counts, or a number that is not finite.
  package init?(offsets: [Float], factors: [Float], curve: Curve = .linear) {
    guard !offsets.isEmpty, offsets.count == factors.count, offsets.allSatisfy(\.isFinite),
      factors.allSatisfy(\.isFinite)
    else { return nil }
    self.offsets = offsets
    self.factors = factors
    self.curve = curve
  }

  /// Leaves every feature as it is.
  package init(identity columns: Int) {
    precondition(columns > 0, "a row has at least one feature")
    offsets = [Float](repeating: 0, count: columns)
    factors = [Float](repeating: 1, count: columns)
    curve = .linear
  }

  /// One feature's scaled value.
  @inline(__always) package func scaled(_ value: Float, feature: Int) -> Double {
    guard !value.isNaN else { return 0 }
    let scaled = (Double(value) - Double(offsets[feature])) * Double(factors[feature])
    let bounded = min(max(scaled, -Self.limit), Self.limit)
    return curve == .linear ? bounded : asinh(bounded)
  }

  /// The whole row, scaled.
  package func scaled(_ row: Span<Float>) -> [Double] {
    precondition(row.count == columns, "a row has one value a feature")
    return (0..<columns).map { scaled(row[$0], feature: $0) }
  }
}
