package import CordonCore

/// Reads each feature's quantiles.
///
/// ECOD (Li et al. 2022) lets a skewed feature's long tail count alone; here both tails count, because what is strange
/// in a counter is as often too little as too much. Cost: a sort a feature over at most `rowLimit` rows; memory: one column of them.
package struct TailTrainer: ModelTrainer {
  /// Points of the grid, 2...`TailModel.pointLimit`.
  package var points: Int
  /// Rows looked at; more are sampled.
  package var rowLimit: Int

  package init(points: Int = 257, rowLimit: Int = 50_000) {
    precondition((2...TailModel.pointLimit).contains(points) && rowLimit > 0, "a grid has at least two points")
    self.points = points
    self.rowLimit = rowLimit
  }

  package func fit(_ matrix: FeatureMatrix, seed: UInt64) throws(CordonError) -> TailModel {
    try TrainingData.requireRows(matrix)
    var randomness = ModelRandomness(seed: seed)
    let rows = randomness.sample(rowLimit, of: matrix.rows)
    let columns = (0..<matrix.columns).map { TrainingData.sorted(matrix, column: $0, rows: rows) }
    return try fit(sorted: columns, rows: rows.count)
  }

  /// Learns from each feature's values or from the quantiles that a sketch keeps, ascending.
  ///
  /// - Parameter rows: how many rows they stand for.
  package func fit(sorted columns: [[Float]], rows: Int) throws(CordonError) -> TailModel {
    var quantiles: [Float] = []
    var sides: [TailModel.Side] = []
    var weights: [Float] = []
    var spreads: [Float] = []
    for sorted in columns {
      let grid = (0..<points).map { TrainingData.quantile(sorted, Double($0) / Double(points - 1)) }
      quantiles += grid
      sides.append(.both)
      weights.append(grid[0] < grid[points - 1] ? 1 : 0)
      spreads.append(Self.spread(sorted))
    }
    guard
      let model = TailModel(
        points: points, quantiles: quantiles, sides: sides, weights: weights, spreads: spreads, referenceRows: rows)
    else { throw TrainingData.defect }
    return model
  }

  /// Half the distance between the 5 % and 95 % quantiles, or of the whole range where they fall together.
  static func spread(_ sorted: [Float]) -> Float {
    let inner = TrainingData.quantile(sorted, 0.95) - TrainingData.quantile(sorted, 0.05)
    let whole = (sorted.last ?? 0) - (sorted.first ?? 0)
    let spread = (inner > 0 ? inner : whole) / 2
    return spread.isFinite && spread >= .leastNormalMagnitude ? spread : 1
  }
}
