package import CordonCore

/// Learns to reproduce rows through a narrow middle; what it cannot reproduce is strange.
///
/// Hinton, Salakhutdinov (2006), small enough for an agent: columns → middle → columns, tanh within. Features are scaled by
/// median and quartiles with asinh. Cost: see `NetworkTrainer`, over at most `rowLimit` rows; memory: 8 · columns · middle
/// bytes in the model.
package struct AutoencoderTrainer: ModelTrainer {
  /// Width of the middle; nil: a third of the columns, 2...32.
  package var middle: Int?
  package var epochs: Int
  /// Rows looked at; more are sampled.
  package var rowLimit: Int

  package init(middle: Int? = nil, epochs: Int = 60, rowLimit: Int = 10_000) {
    precondition(epochs > 0 && rowLimit > 0 && (middle ?? 1) > 0, "an autoencoder has a middle, epochs and rows")
    self.middle = middle
    self.epochs = epochs
    self.rowLimit = rowLimit
  }

  package func fit(_ matrix: FeatureMatrix, seed: UInt64) throws(CordonError) -> NetworkModel {
    try TrainingData.requireRows(matrix)
    var randomness = ModelRandomness(seed: seed)
    let scaling = try TrainingData.robustScaling(matrix, &randomness)
    let sample = matrix.selecting(rows: randomness.sample(rowLimit, of: matrix.rows))
    let width = middle ?? min(32, max(2, (matrix.columns + 2) / 3))
    let start = NetworkTrainer.layers(
      [matrix.columns, width, matrix.columns], hidden: .tanh, output: .identity, &randomness)
    let trained = NetworkTrainer(epochs: epochs).fit(
      start, rows: sample.scaled(by: scaling), isPresent: sample.values.map { !$0.isNaN }, loss: .reconstruction,
      &randomness)
    return try NetworkModel.made(trained, scaling: scaling, output: .reconstruction)
  }
}
