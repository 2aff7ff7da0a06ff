import CordonLearning
import Testing

/// One small trained model of each kind, over four columns of unlike scales.
enum TrainedModels {
  static let columns = 4

  static let rows: FeatureMatrix = {
    var generator = ModelRandomness(seed: 11)
    var rows = FeatureMatrix(columns: columns)
    for _ in 0..<300 {
      let common = Float(generator.uniform() - 0.5)
      rows.append([
        1000 + 300 * common, Float(generator.below(5)), common + 0.1 * Float(generator.uniform()),
        Float(generator.uniform() * generator.uniform()) * 1e-3,
      ])
    }
    return rows
  }()

  static let labels = (0..<rows.rows).map { rows[$0, 0] > 1080 || rows[$0, 1] == 4 }

  struct Named: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var model: FlatModel
  }

  static let all: [Named] = {
    do {
      let autoencoder = try AutoencoderTrainer(epochs: 3).fit(rows, seed: 5)
      let square = NetworkModel(scaling: autoencoder.scaling, network: autoencoder.network, output: .meanSquare)
      let absolute = NetworkModel(scaling: autoencoder.scaling, network: autoencoder.network, output: .meanAbsolute)
      var named = [
        Named(
          testDescription: "isolation forest",
          model: .isolationForest(try IsolationForestTrainer(trees: 10, sampleSize: 64).fit(rows, seed: 1))),
        Named(
          testDescription: "extended forest",
          model: .extendedForest(try ExtendedForestTrainer(trees: 10, sampleSize: 64).fit(rows, seed: 2))),
        Named(testDescription: "half-spaces", model: .halfSpaces(try HalfSpaceTrainer().fit(rows, seed: 3))),
        Named(testDescription: "tails", model: .tails(try TailTrainer(points: 33).fit(rows, seed: 4))),
        Named(testDescription: "projection", model: .projection(try ProjectionTrainer().fit(rows, seed: 5))),
        Named(
          testDescription: "neighbours",
          model: .neighbours(try NeighbourTrainer(sampleSize: 32, neighbours: 3).fit(rows, seed: 6))),
        Named(testDescription: "autoencoder", model: .network(autoencoder)),
        Named(
          testDescription: "logistic regression",
          model: .network(try LogisticRegressionTrainer(epochs: 5).fit(rows, labels: labels, seed: 7))),
        Named(
          testDescription: "boosted trees",
          model: .boostedTrees(try BoostedTreesTrainer(trees: 10).fit(rows, labels: labels, seed: 8))),
        Named(testDescription: "ensemble", model: .ensemble(try EnsembleTrainer().fit(rows, seed: 9))),
      ]
      if let square, let absolute {
        named.append(Named(testDescription: "mean square", model: .network(square)))
        named.append(Named(testDescription: "mean magnitude", model: .network(absolute)))
      }
      return named
    } catch {
      preconditionFailure("the sample models train: \(error)")
    }
  }()
}
