/// Puts a model's scores on a scale that members of an ensemble share: piecewise linear, never falling.
///
/// Below the first knot the value is the first knot's; beyond the last one it goes on with `slope`, so that an unbounded
/// member stays unbounded. Cost: a binary search; memory: 8 bytes a knot.
package struct ScoreCalibration: Hashable, Sendable {
  package static let knotLimit = 1024

  /// Scores, ascending.
  package let scores: [Float]
  /// The calibrated value at each knot, not falling.
  package let values: [Float]
  /// Rise a unit of score beyond the last knot, at least 0.
  package let slope: Float

  package var byteCount: Int { 8 * scores.count + 4 }

  /// Nil for no knots or too many, unequal counts, knots that do not ascend or values that fall, a negative slope, or a
  /// number that is not finite.
  package init?(scores: [Float], values: [Float], slope: Float) {
    guard (1...Self.knotLimit).contains(scores.count), values.count == scores.count,
      scores.allSatisfy(\.isFinite), values.allSatisfy(\.isFinite), slope.isFinite, slope >= 0,
      zip(scores, scores.dropFirst()).allSatisfy({ $0 < $1 }),
      zip(values, values.dropFirst()).allSatisfy({ $0 <= $1 })
    else { return nil }
    self.scores = scores
    self.values = values
    self.slope = slope
  }

  /// The calibrated value of a finite score.
  package func value(_ score: Double) -> Double {
    let last = scores.count - 1
    guard score > Double(scores[0]) else { return Double(values[0]) }
    guard score < Double(scores[last]) else {
      return Double(values[last]) + (score - Double(scores[last])) * Double(slope)
    }
    var low = 0
    var high = last
    while high - low > 1 {
      let middle = (low + high) / 2
      if Double(scores[middle]) <= score { low = middle } else { high = middle }
    }
    let within = (score - Double(scores[low])) / (Double(scores[high]) - Double(scores[low]))
    return Double(values[low]) + within * (Double(values[high]) - Double(values[low]))
  }
}
