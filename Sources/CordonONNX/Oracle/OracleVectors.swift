import CordonCore
import CordonLearning

/// Rows on which two forms of a model are compared: seeded, and laid where the model decides.
enum OracleVectors {
  static let count = 1000

  /// Rows of the model's width without missing values: around and exactly on the numbers at which it splits or scales
  /// each column, and one in twenty far out.
  static func rows(for model: FlatModel, seed: UInt64, count: Int = count) -> FeatureMatrix {
    let anchors = anchors(of: model).map { column in
      column.isEmpty ? [-1, 0, 1] : column
    }
    let spreads = anchors.map { column in
      max((column.max() ?? 1) / 4 - (column.min() ?? -1) / 4, (column[0].magnitude + 1) * 1e-3)
    }
    var generator = ModelRandomness(seed: seed)
    var rows = FeatureMatrix(columns: model.columns)
    for row in 0..<count {
      let stretch: Float = row.isMultiple(of: 20) ? 30 : 1
      rows.append(
        (0..<model.columns).map { column in
          let anchor = anchors[column][Int.random(in: 0..<anchors[column].count, using: &generator)]
          guard Int.random(in: 0..<8, using: &generator) > 0 else { return anchor }
          let value = anchor + stretch * spreads[column] * Float.random(in: -1...1, using: &generator)
          return value.isFinite ? value : anchor
        })
    }
    return rows
  }

  /// Of each column, numbers at which the model changes.
  private static func anchors(of model: FlatModel) -> [[Float]] {
    var anchors = [[Float]](repeating: [], count: model.columns)
    switch model {
    case .isolationForest(let forest): add(forest.trees, to: &anchors)
    case .boostedTrees(let boosted): add(boosted.trees, to: &anchors)
    case .halfSpaces(let forest):
      for (feature, threshold) in zip(forest.features, forest.thresholds) { anchors[Int(feature)].append(threshold) }
    case .tails(let tails):
      for index in tails.quantiles.indices { anchors[index / tails.points].append(tails.quantiles[index]) }
    case .extendedForest(let forest):
      for column in anchors.indices { anchors[column] = [forest.fills[column] - 1, forest.fills[column] + 1] }
    case .projection(let model): add(model.scaling, to: &anchors)
    case .neighbours(let model): add(model.scaling, to: &anchors)
    case .network(let model): add(model.scaling, to: &anchors)
    case .ensemble(let ensemble):
      for member in ensemble.members {
        for (column, own) in Self.anchors(of: member.model).enumerated() { anchors[column] += own }
      }
    }
    return anchors
  }

  private static func add(_ trees: TreeEnsemble, to anchors: inout [[Float]]) {
    for (feature, threshold) in zip(trees.features, trees.thresholds) where feature != TreeEnsemble.leaf {
      anchors[Int(feature)].append(threshold)
    }
  }

  private static func add(_ scaling: InputScaling, to anchors: inout [[Float]]) {
    for column in 0..<scaling.columns {
      let unit = scaling.factors[column] == 0 ? 1 : 1 / scaling.factors[column]
      let around = [scaling.offsets[column], scaling.offsets[column] - unit, scaling.offsets[column] + unit]
      anchors[column] += around.filter(\.isFinite)
    }
  }
}
