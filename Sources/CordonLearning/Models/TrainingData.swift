import CordonCore
import Glibc

/// What trainers ask of their rows and of one column.
enum TrainingData {
  static func requireRows(_ matrix: FeatureMatrix) throws(CordonError) {
    guard matrix.rows > 0 else {
      throw CordonError(
        .invalid, "no-rows", "There are no rows to learn from.", remedy: "Give at least one row of normal behaviour.")
    }
  }

  static func requireBothClasses(_ labels: [Bool], rows: Int) throws(CordonError) {
    precondition(labels.count == rows, "one label a row")
    guard labels.contains(true), labels.contains(false) else {
      throw CordonError(
        .invalid, "one-class", "The labels have one class only, so that there is nothing to tell apart.",
        remedy: "Give rows of both classes, or learn without labels.")
    }
  }

  /// A model refused what its own trainer made.
  static var defect: CordonError {
    CordonError(.defect, "training", "A trainer made a model that its own checks refuse.")
  }

  /// The present values of a column, ascending.
  static func sorted(_ matrix: FeatureMatrix, column: Int, rows: some Sequence<Int>) -> [Float] {
    var values: [Float] = []
    for row in rows {
      let value = matrix[row, column]
      if !value.isNaN { values.append(value) }
    }
    values.sort()
    return values
  }

  /// The value at a share in 0...1 of ascending values, interpolated; 0 for none.
  static func quantile(_ sorted: [Float], _ share: Double) -> Float {
    guard let last = sorted.indices.last else { return 0 }
    let position = share * Double(last)
    let below = Int(position)
    guard below < last else { return sorted[last] }
    let low = Double(sorted[below])
    return Float(low + (position - Double(below)) * (Double(sorted[below + 1]) - low))
  }

  /// Mean and standard deviation over present values; (0, 0) where there is none.
  static func moments(_ matrix: FeatureMatrix, column: Int) -> (mean: Double, deviation: Double) {
    var count = 0.0
    var mean = 0.0
    var squares = 0.0
    // Welford (1962): one pass, no cancellation.
    for row in 0..<matrix.rows {
      let value = Double(matrix[row, column])
      guard !value.isNaN else { continue }
      count += 1
      let difference = value - mean
      mean += difference / count
      squares += difference * (value - mean)
    }
    return count > 0 ? (mean, (squares / count).squareRoot()) : (0, 0)
  }

  /// Standard scaling: mean 0 and deviation 1; a feature that does not vary is left out.
  static func standardScaling(_ matrix: FeatureMatrix) throws(CordonError) -> InputScaling {
    var offsets: [Float] = []
    var factors: [Float] = []
    for column in 0..<matrix.columns {
      let (mean, deviation) = moments(matrix, column: column)
      let factor = deviation > 0 ? Float(1 / deviation) : 0
      offsets.append(Float(mean))
      factors.append(factor.isFinite && deviation > abs(mean) * 1e-7 ? factor : 0)
    }
    guard let scaling = InputScaling(offsets: offsets, factors: factors) else { throw defect }
    return scaling
  }

  /// Median 0 and quartiles' distance as deviation, then asinh: what heavy tails and a tenth of strange rows leave alone.
  ///
  /// Where the quartiles lie within a twentieth of the deviation, as for counts that are mostly zero, the deviation is
  /// the scale. Over at most `rowLimit` rows.
  static func robustScaling(
    _ matrix: FeatureMatrix, _ randomness: inout ModelRandomness
  ) throws(CordonError) -> InputScaling {
    let rows = randomness.sample(rowLimit, of: matrix.rows)
    var offsets: [Float] = []
    var factors: [Float] = []
    for column in 0..<matrix.columns {
      let values = sorted(matrix, column: column, rows: rows)
      let (_, deviation) = moments(matrix, column: column)
      let quartiles = Double(quantile(values, 0.75)) - Double(quantile(values, 0.25))
      let scale = quartiles > 0.05 * deviation ? quartiles / quartilesOfNormal : deviation
      let middle = quantile(values, 0.5)
      let factor = scale > abs(Double(middle)) * 1e-7 ? Float(1 / scale) : 0
      offsets.append(middle)
      factors.append(factor.isFinite ? factor : 0)
    }
    guard let scaling = InputScaling(offsets: offsets, factors: factors, curve: .asinh) else { throw defect }
    return scaling
  }

  private static let rowLimit = 20_000
  /// Distance between the quartiles of a normal distribution, in deviations.
  private static let quartilesOfNormal = 1.349

  /// A standard normal number (Box, Muller 1958).
  static func gaussian(_ randomness: inout ModelRandomness) -> Double {
    let radius = (-2 * log(1 - randomness.uniform())).squareRoot()
    return radius * cos(2 * .pi * randomness.uniform())
  }
}
