package import CordonCore
package import CordonLearning

/// How good a model is on rows whose labels are known.
package struct LabEvaluation: Sendable {
  package let ranks: RankMetrics
  package let decisions: DecisionMetrics
  package let trainSeconds: Double
  package let scoreSeconds: Double
  /// Most memory that this process held, in bytes.
  package let peakResidentBytes: UInt64
  /// Rows that were judged.
  package let rows: Int
  package let features: Int
  package let model: String
  package let notes: [String]
  /// One a judged row.
  package let scores: [Double]

  /// Share of the rows that is held out under `full` without a test file.
  package static let heldOutShare = 0.3

  /// Trains and judges; refuses judged rows of one class.
  package init(_ request: LabRequest, peakResidentBytes: () -> UInt64 = { 0 }) throws(CordonError) {
    var notes: [String] = []
    var learned: [Int]?
    let judged: LabTable
    if let test = request.test {
      judged = test
    } else if request.supervision == .full {
      let (training, held) = try Self.split(request)
      learned = training
      judged = request.train.selecting(rows: held)
      notes.append("No test file: \(held.count) rows drawn at random are held out and judged.")
    } else {
      judged = request.train
      notes.append("No test file: the training rows themselves are judged.")
    }
    guard judged.rows > 0 else {
      throw CordonError(
        .invalid, "no-rows", "\(judged.source) has no rows: it ends after the line that names the columns.",
        remedy: "Give a file with rows.")
    }
    let labels = try LabLabels.read(request.label, of: judged)
    guard labels.contains(true), labels.contains(false) else {
      throw CordonError(
        .invalid, "one-class",
        "\(judged.source): all \(labels.count) labels in the column \(request.label) are of one class, so that no model can be judged.",
        remedy: "Give rows of both classes.")
    }
    let training = try LabTraining(request, rows: learned)
    let clock = ContinuousClock()
    let matrix = try training.encoding.matrix(judged)
    let start = clock.now
    scores = training.model.scores(matrix)
    scoreSeconds = (clock.now - start).inSeconds
    guard let ranks = RankMetrics(scores: scores, labels: labels) else {
      throw CordonError(.defect, "ranks", "Labels of both classes gave no figures.")
    }
    self.ranks = ranks
    decisions = DecisionMetrics(scores: scores, labels: labels, threshold: training.threshold)
    trainSeconds = training.seconds
    self.peakResidentBytes = peakResidentBytes()
    rows = labels.count
    features = training.features.count
    model = training.recipe.rawValue
    self.notes = notes + training.notes
  }

  /// Rows to learn from and rows held out, each class in its share.
  private static func split(_ request: LabRequest) throws(CordonError) -> (training: [Int], held: [Int]) {
    let labels = try LabLabels.read(request.label, of: request.train)
    var randomness = ModelRandomness(seed: request.seed, stream: 1)
    var held: Set<Int> = []
    for label in [false, true] {
      let rows = labels.indices.filter { labels[$0] == label }
      guard rows.count >= 2 else {
        throw CordonError(
          .invalid, "one-class",
          "\(request.train.source) has \(rows.count) \(label ? "bad" : "good") rows: too few to learn from some and judge others.",
          remedy: "Give at least two rows of either class, or judge another file with --test.")
      }
      let count = max(1, Int((Double(rows.count) * heldOutShare).rounded()))
      held.formUnion(randomness.sample(count, of: rows.count).map { rows[$0] })
    }
    let rows = labels.indices
    return (rows.filter { !held.contains($0) }, rows.filter { held.contains($0) })
  }
}
