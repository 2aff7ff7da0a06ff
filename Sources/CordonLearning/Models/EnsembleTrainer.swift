package import CordonCore

/// Trains members that see different kinds of strangeness, and puts their scores on one scale.
///
/// Neighbours (density, at three resolutions, from two samples each), tails (one feature far out), projection (a broken
/// relation) and an isolation forest. Density has most members because it fails least, and small samples vary most. All
/// but the forest grow without bound with magnitude. A
/// member's scores are centred and divided by their deviation over the training rows, after both ends are cut at the
/// outermost 1 % so that a few extremes do not set the scale. Cost: the members', and one scoring of at most `rowLimit`
/// rows; memory: the members'.
package struct EnsembleTrainer: ModelTrainer {
  /// Rows over which members are calibrated; more are sampled.
  package var rowLimit: Int

  package init(rowLimit: Int = 20_000) {
    precondition(rowLimit > 0, "a calibration needs rows")
    self.rowLimit = rowLimit
  }

  package func fit(_ matrix: FeatureMatrix, seed: UInt64) throws(CordonError) -> ModelEnsemble {
    try TrainingData.requireRows(matrix)
    var streams = ModelRandomness(seed: seed)
    var models: [FlatModel] = []
    for (sampleSize, neighbours) in Self.resolutions {
      for _ in 0..<2 {
        let trainer = NeighbourTrainer(sampleSize: sampleSize, neighbours: neighbours)
        models.append(.neighbours(try trainer.fit(matrix, seed: streams.next())))
      }
    }
    models.append(.tails(try TailTrainer().fit(matrix, seed: streams.next())))
    models.append(.projection(try ProjectionTrainer().fit(matrix, seed: streams.next())))
    models.append(.isolationForest(try IsolationForestTrainer().fit(matrix, seed: streams.next())))
    let rows = streams.sample(rowLimit, of: matrix.rows)
    return try Self.calibrate(models, weights: models.map { _ in 1 }, on: matrix.selecting(rows: rows))
  }

  /// Rows of the sample, and how many of the nearest count: always three sixteenths.
  private static let resolutions = [(512, 96), (256, 48), (64, 12)]

  /// An ensemble of models whose scores over the given rows get mean 0 and deviation 1.
  package static func calibrate(
    _ models: [FlatModel], weights: [Float], on rows: FeatureMatrix
  ) throws(CordonError) -> ModelEnsemble {
    var members: [ModelEnsemble.Member] = []
    for (model, weight) in zip(models, weights) {
      let calibration = try calibration(model.scores(rows))
      members.append(.init(model: model, calibration: calibration, weight: weight))
    }
    guard let ensemble = ModelEnsemble(members: members) else { throw TrainingData.defect }
    return ensemble
  }

  /// The straight line that standardises scores, as a calibration that begins below any of them.
  static func calibration(_ scores: [Double]) throws(CordonError) -> ScoreCalibration {
    let sorted = scores.sorted()
    let cut = sorted.count / 100
    let (low, high) = (sorted[cut], sorted[sorted.count - 1 - cut])
    let bounded = scores.map { min(max($0, low), high) }
    let mean = bounded.reduce(0, +) / Double(bounded.count)
    let variance = bounded.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(bounded.count)
    // Scores that do not vary say nothing here; what is stranger than all of them still counts, on the mean's scale.
    let deviation = max(variance.squareRoot(), abs(mean) * 1e-6, 1e-9)
    let begin = Float(sorted[0] - (mean - sorted[0]) - deviation)
    let value = Float((Double(begin) - mean) / deviation)
    guard let line = ScoreCalibration(scores: [begin], values: [value], slope: Float(1 / deviation)) else {
      throw TrainingData.defect
    }
    return line
  }
}
