package import CordonCore

/// A model by name, with the settings that Cordon trains it with.
package enum ModelRecipe: String, CaseIterable, Sendable {
  case isolationForest = "isolation-forest"
  case extendedForest = "extended-forest"
  case halfSpaces = "half-spaces"
  case tails
  case projection
  case neighbours
  case autoencoder
  case ensemble
  case boostedTrees = "boosted-trees"
  case logisticRegression = "logistic-regression"

  /// What `auto` stands for without labels, and with them.
  package static func automatic(hasLabels: Bool) -> ModelRecipe { hasLabels ? .boostedTrees : .ensemble }

  package var needsLabels: Bool { self == .boostedTrees || self == .logisticRegression }

  /// Learns from rows, with labels (one a row) where the recipe needs them and without them otherwise.
  package func fit(_ matrix: FeatureMatrix, labels: [Bool]?, seed: UInt64) throws(CordonError) -> FlatModel {
    switch self {
    case .isolationForest: return .isolationForest(try IsolationForestTrainer().fit(matrix, seed: seed))
    case .extendedForest: return .extendedForest(try ExtendedForestTrainer().fit(matrix, seed: seed))
    case .halfSpaces: return .halfSpaces(try HalfSpaceTrainer().fit(matrix, seed: seed))
    case .tails: return .tails(try TailTrainer().fit(matrix, seed: seed))
    case .projection: return .projection(try ProjectionTrainer().fit(matrix, seed: seed))
    case .neighbours: return .neighbours(try NeighbourTrainer().fit(matrix, seed: seed))
    case .autoencoder: return .network(try AutoencoderTrainer().fit(matrix, seed: seed))
    case .ensemble: return .ensemble(try EnsembleTrainer().fit(matrix, seed: seed))
    case .boostedTrees:
      return .boostedTrees(try BoostedTreesTrainer().fit(matrix, labels: try required(labels), seed: seed))
    case .logisticRegression:
      return .network(try LogisticRegressionTrainer().fit(matrix, labels: try required(labels), seed: seed))
    }
  }

  private func required(_ labels: [Bool]?) throws(CordonError) -> [Bool] {
    guard let labels else {
      throw CordonError(
        .invalid, "labels-needed", "The model \(rawValue) learns from labels, and there are none.",
        remedy: "Use --supervision full, or a model that learns without labels.")
    }
    return labels
  }
}
