import Glibc

/// Points and weights that integrate polynomials over 0...1 exactly.
///
/// Gauss-Legendre: n points for degrees up to 2n − 1, found by Newton's method on the Legendre polynomial.
enum GaussLegendre {
  struct Point: Hashable, Sendable {
    var position: Double
    var weight: Double
  }

  /// `count` points, at least one; cost: its square.
  static func points(_ count: Int) -> [Point] {
    (0..<count).map { index in
      var root = cos(.pi * (Double(index) + 0.75) / (Double(count) + 0.5))
      var slope = 1.0
      for _ in 0..<16 {
        var (before, value) = (1.0, root)
        for degree in 1..<max(count, 1) {
          let order = Double(degree)
          (before, value) = (value, ((2 * order + 1) * root * value - order * before) / (order + 1))
        }
        slope = Double(count) * (root * value - before) / (root * root - 1)
        root -= value / slope
      }
      return Point(position: (1 - root) / 2, weight: 1 / ((1 - root * root) * slope * slope))
    }
  }
}
