package import CordonCore

/// Trains what a fleet's windows are scored with beside each entity's own baseline: an ensemble whose score is in nats.
///
/// An isolation forest (unusual combinations; it saturates), tails (one feature far out) and a projection (a broken
/// relation); the last two grow without bound, so that 10 times and 1,000 times an exfiltration rank apart. Each
/// member's score s becomes −ln of the share of training rows at or above s, going on beyond the last of them with the
/// slope of the outermost hundredth: so that the mean is comparable with a baseline's surprise. Cost and memory: the
/// members', and one scoring of at most `rowLimit` rows.
package struct BehaviourTrainer: ModelTrainer {
  /// Rows over which members are calibrated; more are sampled.
  package static let rowLimit = 20_000
  /// Shares below which a knot stands, ever closer to 1.
  static let shares: [Double] = [0, 0.25, 0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.998, 0.999, 0.9995, 1]

  package init() {}

  package func fit(_ matrix: FeatureMatrix, seed: UInt64) throws(CordonError) -> ModelEnsemble {
    try TrainingData.requireRows(matrix)
    var streams = ModelRandomness(seed: seed)
    let models: [FlatModel] = [
      .isolationForest(try IsolationForestTrainer().fit(matrix, seed: streams.next())),
      .tails(try TailTrainer(points: 129).fit(matrix, seed: streams.next())),
      .projection(try ProjectionTrainer().fit(matrix, seed: streams.next())),
    ]
    let rows = matrix.selecting(rows: streams.sample(Self.rowLimit, of: matrix.rows))
    var members: [ModelEnsemble.Member] = []
    for model in models {
      members.append(.init(model: model, calibration: try Self.calibration(model.scores(rows))))
    }
    guard let ensemble = ModelEnsemble(members: members) else { throw TrainingData.defect }
    return ensemble
  }

  /// From scores to nats: knots at the shares, as far as the scores there differ. Throws where there is no score.
  package static func calibration(_ scores: [Double]) throws(CordonError) -> ScoreCalibration {
    let sorted = scores.sorted()
    var knots: [(score: Float, nats: Float)] = []
    for share in shares {
      let index = min(Int(share * Double(sorted.count)), sorted.count - 1)
      let score = Float(sorted[index])
      let nats = Float(-logarithm(Double(sorted.count - index) / Double(sorted.count)))
      if let last = knots.last, score <= last.score {
        knots[knots.count - 1].nats = nats
      } else {
        knots.append((score, nats))
      }
    }
    let last = knots[knots.count - 1]
    let hundredth = Float(sorted[min(Int(0.99 * Double(sorted.count)), sorted.count - 1)])
    // Where the outermost hundredth does not vary, its distance from the middle is the unit.
    let unit =
      [last.score - hundredth, last.score - knots[knots.count / 2].score].first { $0 > 0 } ?? max(abs(last.score), 1)
    let rise = last.nats - Float(-logarithm(0.01))
    let slope = max(rise, 1) / unit
    guard
      let calibration = ScoreCalibration(
        scores: knots.map(\.score), values: knots.map(\.nats), slope: min(slope, 1e6))
    else { throw TrainingData.defect }
    return calibration
  }
}
