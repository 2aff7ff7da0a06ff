/// Every model that an agent can score with, as a plain value: what a bundle carries and an ONNX file is compiled to.
///
/// A member's initialiser refuses whatever would trap or score a number that is not finite, so that bytes from outside
/// need no further check.
package enum FlatModel: AnomalyModel {
  case isolationForest(IsolationForest)
  case extendedForest(ExtendedForest)
  case halfSpaces(HalfSpaceForest)
  case tails(TailModel)
  case projection(ProjectionModel)
  case neighbours(NeighbourModel)
  case network(NetworkModel)
  case boostedTrees(BoostedTrees)
  case ensemble(ModelEnsemble)

  /// Stable, kebab-case: what `--model` and reports call it.
  package var name: String {
    switch self {
    case .isolationForest: "isolation-forest"
    case .extendedForest: "extended-forest"
    case .halfSpaces: "half-spaces"
    case .tails: "tails"
    case .projection: "projection"
    case .neighbours: "neighbours"
    case .network(let model):
      switch model.output {
      case .reconstruction, .meanSquare, .meanAbsolute: "autoencoder"
      case .column: "network"
      }
    case .boostedTrees: "boosted-trees"
    case .ensemble: "ensemble"
    }
  }

  package var columns: Int { model.columns }
  package var byteCount: Int { model.byteCount }

  // A switch of its own: a score must not go through an existential.
  package func score(_ row: Span<Float>) -> Double {
    switch self {
    case .isolationForest(let model): model.score(row)
    case .extendedForest(let model): model.score(row)
    case .halfSpaces(let model): model.score(row)
    case .tails(let model): model.score(row)
    case .projection(let model): model.score(row)
    case .neighbours(let model): model.score(row)
    case .network(let model): model.score(row)
    case .boostedTrees(let model): model.score(row)
    case .ensemble(let model): model.score(row)
    }
  }

  /// The member itself.
  package var model: any AnomalyModel {
    switch self {
    case .isolationForest(let model): model
    case .extendedForest(let model): model
    case .halfSpaces(let model): model
    case .tails(let model): model
    case .projection(let model): model
    case .neighbours(let model): model
    case .network(let model): model
    case .boostedTrees(let model): model
    case .ensemble(let model): model
    }
  }
}
