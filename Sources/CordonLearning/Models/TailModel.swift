import Glibc

/// How far out each feature's value lies in that feature's own distribution.
///
/// ECOD (Li et al.: "ECOD: unsupervised outlier detection using empirical cumulative distribution functions", 2022) on a
/// grid of quantiles instead of the sorted data, so that sketches are enough. A feature's part is −ln of its tail
/// probability, left, right or the rarer of both by `sides`; beyond the grid it grows by ln(1 + excess / spread), so
/// that 10 times and 1,000 times an extreme rank apart. The score is the sum over features; a missing value adds
/// nothing. Cost: columns × log₂ points; memory: 4 bytes a point and 9 a feature.
package struct TailModel: AnomalyModel {
  package static let pointLimit = 1025

  /// Which tail of a feature counts; raw values are the wire's.
  package enum Side: UInt8, Sendable, CaseIterable {
    case low = 1
    case high = 2
    case both = 3
  }

  /// Quantiles a feature: the grid's first is the minimum, its last the maximum, evenly spaced between.
  package let points: Int
  /// `points` a feature, ascending, feature after feature.
  package let quantiles: [Float]
  package let sides: [Side]
  /// Weight of each feature, at least 0; 0 leaves it out.
  package let weights: [Float]
  /// Scale of what lies beyond the grid, above 0, in the feature's unit.
  package let spreads: [Float]
  /// Rows behind the grid: no tail probability is below 1 / (rows + 1).
  package let referenceRows: Int

  package var columns: Int { sides.count }
  package var byteCount: Int { 4 * quantiles.count + 9 * sides.count }

  /// Nil where shapes do not fit, a grid does not ascend, a spread is not above 0, a weight is negative, or a number is
  /// not finite.
  package init?(
    points: Int, quantiles: [Float], sides: [Side], weights: [Float], spreads: [Float], referenceRows: Int
  ) {
    guard (2...Self.pointLimit).contains(points), !sides.isEmpty, quantiles.count == points * sides.count,
      weights.count == sides.count, spreads.count == sides.count, referenceRows > 0,
      quantiles.allSatisfy(\.isFinite), weights.allSatisfy({ $0.isFinite && $0 >= 0 }),
      spreads.allSatisfy({ $0.isFinite && $0 > 0 }),
      quantiles.indices.allSatisfy({ $0.isMultiple(of: points) || quantiles[$0 - 1] <= quantiles[$0] })
    else { return nil }
    self.points = points
    self.quantiles = quantiles
    self.sides = sides
    self.weights = weights
    self.spreads = spreads
    self.referenceRows = referenceRows
  }

  package func score(_ row: Span<Float>) -> Double {
    precondition(row.count == columns, "a row has one value a feature")
    var sum = 0.0
    for feature in 0..<columns where weights[feature] > 0 { sum += part(row[feature], feature: feature) }
    return sum
  }

  /// One feature's weighted part of the score.
  func part(_ value: Float, feature: Int) -> Double {
    guard !value.isNaN else { return 0 }
    let part: Double
    switch sides[feature] {
    case .low: part = lowTail(value, feature: feature)
    case .high: part = highTail(value, feature: feature)
    case .both: part = max(lowTail(value, feature: feature), highTail(value, feature: feature))
    }
    return part * Double(weights[feature])
  }

  /// −ln P(X ≤ value).
  func lowTail(_ value: Float, feature: Int) -> Double {
    let least = quantiles[feature * points]
    let excess = max(0, Double(least) - Double(value)) / Double(spreads[feature])
    return -log(floored(share(atMost: value, feature: feature))) + log1p(excess)
  }

  /// −ln P(X ≥ value).
  func highTail(_ value: Float, feature: Int) -> Double {
    let most = quantiles[(feature + 1) * points - 1]
    let excess = max(0, Double(value) - Double(most)) / Double(spreads[feature])
    return -log(floored(1 - share(below: value, feature: feature))) + log1p(excess)
  }

  private func floored(_ probability: Double) -> Double { max(probability, 1 / Double(referenceRows + 1)) }

  /// P(X ≤ value), interpolated within the grid.
  package func share(atMost value: Float, feature: Int) -> Double {
    let base = feature * points
    let above = firstPoint(feature: feature) { $0 > value }
    guard above > 0 else { return 0 }
    guard above < points else { return 1 }
    return share(between: above - 1, base: base, value: value)
  }

  /// P(X < value), interpolated within the grid.
  package func share(below value: Float, feature: Int) -> Double {
    let base = feature * points
    let notBelow = firstPoint(feature: feature) { $0 >= value }
    guard notBelow > 0 else { return 0 }
    guard notBelow < points else { return 1 }
    return share(between: notBelow - 1, base: base, value: value)
  }

  private func share(between point: Int, base: Int, value: Float) -> Double {
    let low = Double(quantiles[base + point])
    let high = Double(quantiles[base + point + 1])
    let within = high > low ? (Double(value) - low) / (high - low) : 0
    return (Double(point) + within) / Double(points - 1)
  }

  /// First of the feature's points that is so, `points` where none is; the predicate holds from some point on.
  private func firstPoint(feature: Int, where predicate: (Float) -> Bool) -> Int {
    let base = feature * points
    var low = 0
    var high = points
    while low < high {
      let middle = (low + high) / 2
      if predicate(quantiles[base + middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
