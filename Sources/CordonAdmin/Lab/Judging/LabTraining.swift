package import CordonCore
package import CordonLearning

/// A model trained on a file's rows, with what it needs to read others.
package struct LabTraining: Sendable {
  /// Rows without which nothing can be learned.
  package static let leastRows = 2
  /// Share of training scores above the threshold where labels set none.
  package static let alertShare = 0.05
  /// The same where only good rows are learned from.
  package static let alertShareOfGood = 0.01

  package let recipe: ModelRecipe
  package let model: FlatModel
  /// Names of the model's features, in order.
  package let features: [String]
  /// A score above it is an alert.
  package let threshold: Double
  package let rows: Int
  package let seed: UInt64
  /// What was done with columns and rows, a sentence each.
  package let notes: [String]
  /// Time to learn, without reading files.
  package let seconds: Double
  let encoding: LabEncoding

  /// Learns from the rows of `request.train` that are given, all by default.
  ///
  /// Refuses labels that are absent where they are needed, columns to drop that do not exist, and too few rows.
  package init(_ request: LabRequest, rows chosen: [Int]? = nil) throws(CordonError) {
    let table = request.train
    let named = request.drop.union(request.categorical)
    if let absent = named.sorted().first(where: { table.column($0) == nil }) {
      throw CordonError(
        .invalid, "absent-column", "\(table.source) has no column \(absent), which --drop or --categorical names.",
        remedy: "Its columns are \(table.columns.map(\.name).prefix(20).joined(separator: ", ")).")
    }
    let recipe = request.recipe ?? .automatic(hasLabels: request.supervision == .full)
    let (rows, labels) = try Self.rows(request, recipe, chosen)
    guard rows.count >= Self.leastRows else {
      throw CordonError(
        .invalid, "too-few-rows",
        "\(table.source) has \(rows.count) \(rows.count == 1 ? "row" : "rows") to learn from; \(Self.leastRows) are needed.",
        remedy: "Give more rows.")
    }
    let encoding = try LabEncoding(
      table.selecting(rows: rows), excluded: request.drop.union([request.label]), categorical: request.categorical)
    let matrix = try encoding.matrix(table.selecting(rows: rows))
    let clock = ContinuousClock()
    let start = clock.now
    let model = try recipe.fit(matrix, labels: labels, seed: request.seed)
    seconds = (clock.now - start).inSeconds
    self.recipe = recipe
    self.model = model
    self.encoding = encoding
    self.rows = rows.count
    features = encoding.features.map(\.name)
    notes = encoding.notes
    seed = request.seed
    threshold = recipe.needsLabels ? 0.5 : Self.threshold(model, matrix, supervision: request.supervision)
  }

  /// Which rows are learned from, and their labels where the recipe needs them.
  private static func rows(
    _ request: LabRequest, _ recipe: ModelRecipe, _ chosen: [Int]?
  ) throws(CordonError) -> ([Int], [Bool]?) {
    let rows = chosen ?? Array(0..<request.train.rows)
    switch request.supervision {
    case .none: return (rows, nil)
    case .normal:
      let labels = try LabLabels.read(request.label, of: request.train)
      return (rows.filter { !labels[$0] }, nil)
    case .full:
      let labels = try LabLabels.read(request.label, of: request.train)
      guard recipe.needsLabels else {
        throw CordonError(
          .invalid, "supervision", "The model \(recipe.rawValue) does not learn from labels.",
          remedy: "Use --supervision none or normal, or the model boosted-trees or logistic-regression.")
      }
      return (rows, rows.map { labels[$0] })
    }
  }

  /// The score that a small share of the training rows passes.
  private static func threshold(_ model: FlatModel, _ matrix: FeatureMatrix, supervision: LabSupervision) -> Double {
    var randomness = ModelRandomness(seed: 0)
    let sample = matrix.selecting(rows: randomness.sample(thresholdRows, of: matrix.rows))
    let scores = model.scores(sample).sorted()
    let share = supervision == .normal ? alertShareOfGood : alertShare
    return scores[min(scores.count - 1, Int(Double(scores.count) * (1 - share)))]
  }

  private static let thresholdRows = 20_000

  /// One score a row of another table; higher is stranger.
  package func scores(_ table: LabTable) throws(CordonError) -> [Double] { model.scores(try encoding.matrix(table)) }
}

extension Duration {
  var inSeconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
}

extension LabTable {
  /// The named rows, in the given order.
  func selecting(rows: [Int]) -> LabTable {
    guard rows.count != self.rows || rows != Array(0..<self.rows) else { return self }
    let picked = columns.map { column in
      var part = column
      switch column.values {
      case .numbers(let numbers): part.values = .numbers(rows.map { numbers[$0] })
      case .words(let codes, let words): part.values = .words(rows.map { codes[$0] }, words: words)
      }
      return part
    }
    return LabTable(source: source, rows: rows.count, columns: picked)
  }
}
