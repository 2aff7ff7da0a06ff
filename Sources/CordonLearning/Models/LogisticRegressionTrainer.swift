package import CordonCore

/// Learns weights whose sum, through a sigmoid, is the probability that a row is bad.
///
/// Maximum likelihood with an L2 penalty (Cox 1958; Hoerl, Kennard 1970): one layer of `NetworkTrainer`, on features
/// scaled by median and quartiles with asinh. Explains itself: a feature's part is its weight times its value. Cost: see
/// `NetworkTrainer`; memory: 4 bytes a column in the model.
package struct LogisticRegressionTrainer: SupervisedTrainer {
  package var epochs: Int
  /// L2 penalty on the weights.
  package var penalty: Double

  package init(epochs: Int = 60, penalty: Double = 1e-4) {
    precondition(epochs > 0 && penalty >= 0, "a regression needs epochs")
    self.epochs = epochs
    self.penalty = penalty
  }

  package func fit(_ matrix: FeatureMatrix, labels: [Bool], seed: UInt64) throws(CordonError) -> NetworkModel {
    try TrainingData.requireRows(matrix)
    try TrainingData.requireBothClasses(labels, rows: matrix.rows)
    var randomness = ModelRandomness(seed: seed)
    let scaling = try TrainingData.robustScaling(matrix, &randomness)
    let start = NetworkTrainer.layers([matrix.columns, 1], hidden: .identity, output: .sigmoid, &randomness)
    let trained = NetworkTrainer(epochs: epochs, rate: 1e-2, decay: penalty).fit(
      start, rows: matrix.scaled(by: scaling), isPresent: matrix.values.map { !$0.isNaN },
      loss: .logistic(labels: labels), &randomness)
    return try NetworkModel.made(trained, scaling: scaling, output: .column(0))
  }
}

extension NetworkModel {
  /// The flat model of trained layers.
  static func made(_ layers: [TrainedLayer], scaling: InputScaling, output: Output) throws(CordonError) -> NetworkModel
  {
    let flat = layers.compactMap(\.flat)
    guard flat.count == layers.count, let network = DenseNetwork(layers: flat),
      let model = NetworkModel(scaling: scaling, network: network, output: output)
    else {
      throw CordonError(
        .exhausted, "model-size",
        "A network over \(scaling.columns) features has more than \(DenseNetwork.parameterLimit) weights.",
        remedy: "Drop features, or ask for a narrower middle.")
    }
    return model
  }
}

extension FeatureMatrix {
  /// Every row, scaled, row-major.
  func scaled(by scaling: InputScaling) -> [Double] {
    values.indices.map { scaling.scaled(values[$0], feature: $0 % columns) }
  }
}
