package import CordonCore

/// Keeps a random sample of the rows to measure distances to.
///
/// Sugiyama, Borgwardt: "Rapid distance-based outlier detection via sampling" (2013). A small sample and many neighbours
/// look at a coarse scale, on which strange rows that come in a bunch are still few. Cost and memory: the sample.
package struct NeighbourTrainer: ModelTrainer {
  /// Rows kept, fewer where the model would pass its limit.
  package var sampleSize: Int
  package var neighbours: Int

  package init(sampleSize: Int = 512, neighbours: Int = 96) {
    precondition(sampleSize > 0 && (1...NeighbourModel.neighbourLimit).contains(neighbours), "a sample has neighbours")
    self.sampleSize = sampleSize
    self.neighbours = neighbours
  }

  package func fit(_ matrix: FeatureMatrix, seed: UInt64) throws(CordonError) -> NeighbourModel {
    try TrainingData.requireRows(matrix)
    var randomness = ModelRandomness(seed: seed)
    let scaling = try TrainingData.robustScaling(matrix, &randomness)
    let size = max(1, min(sampleSize, NeighbourModel.valueLimit / matrix.columns))
    var sample: [Float] = []
    for row in randomness.sample(size, of: matrix.rows) {
      sample += (0..<matrix.columns).map { Float(scaling.scaled(matrix[row, $0], feature: $0)) }
    }
    let kept = sample.count / matrix.columns
    // The same share of a smaller sample, so that the scale stays as coarse.
    let count = min(max(1, neighbours * kept / sampleSize), neighbours, kept)
    guard let model = NeighbourModel(scaling: scaling, sample: sample, neighbours: count) else {
      throw TrainingData.defect
    }
    return model
  }
}
