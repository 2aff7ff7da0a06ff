package import CordonCore
import Glibc

/// Gradient-boosted trees for labels: each tree corrects what those before it leave over.
///
/// Friedman (2001) on histograms as LightGBM has it (Ke et al.: "LightGBM: a highly efficient gradient boosting decision
/// tree", 2017): at most 255 bins a feature, the leaf with the greatest gain splits next, second-order leaves (Chen,
/// Guestrin: "XGBoost", 2016), logistic loss. A tenth of the rows, where there are enough, is held out, and training
/// stops when it gets no better there. Cost: rows × columns × depth a tree; memory: a byte a value and 16 bytes a row.
package struct BoostedTreesTrainer: SupervisedTrainer {
  package var trees: Int
  /// Leaves a tree, at least 2.
  package var leaves: Int
  /// What each tree's leaves are multiplied with, in (0, 1].
  package var rate: Double
  /// Least rows a leaf.
  package var leafRows: Int
  /// L2 penalty on leaves.
  package var penalty: Double

  package init(trees: Int = 500, leaves: Int = 63, rate: Double = 0.1, leafRows: Int = 20, penalty: Double = 1) {
    precondition(trees > 0 && leaves >= 2 && rate > 0 && rate <= 1 && leafRows > 0 && penalty >= 0, "trees need leaves")
    self.trees = trees
    self.leaves = leaves
    self.rate = rate
    self.leafRows = leafRows
    self.penalty = penalty
  }

  /// Rows from which on a tenth is held out.
  package static let heldOutFrom = 2_000
  private static let patience = 15

  package func fit(_ matrix: FeatureMatrix, labels: [Bool], seed: UInt64) throws(CordonError) -> BoostedTrees {
    try TrainingData.requireRows(matrix)
    try TrainingData.requireBothClasses(labels, rows: matrix.rows)
    var randomness = ModelRandomness(seed: seed)
    let binned = BinnedMatrix(matrix, &randomness)
    var training = Array(0..<matrix.rows)
    var heldOut: [Int] = []
    if matrix.rows >= Self.heldOutFrom {
      heldOut = randomness.sample(matrix.rows / 10, of: matrix.rows)
      let out = Set(heldOut)
      training.removeAll(where: out.contains)
    }
    let positives = training.reduce(0) { $0 + (labels[$1] ? 1 : 0) }
    let share = (Double(positives) + 0.5) / (Double(training.count) + 1)
    let base = Float(log(share / (1 - share)))
    var growth = BoostedTreeGrowth(
      binned: binned, leaves: leaves, leafRows: min(leafRows, max(1, training.count / 20)), penalty: penalty)
    var margins = [Double](repeating: Double(base), count: matrix.rows)
    var grown: [[TreeEnsemble.Node]] = []
    var best = (loss: Double.infinity, trees: 0)
    for _ in 0..<trees {
      for row in training {
        let probability = 1 / (1 + exp(-margins[row]))
        growth.gradients[row] = Float(probability - (labels[row] ? 1 : 0))
        growth.curvatures[row] = Float(max(probability * (1 - probability), 1e-16))
      }
      let nodes = growth.grow(training, rate: rate)
      guard nodes.count > 1 else { break }
      grown.append(nodes)
      growth.add(to: &margins)
      for row in heldOut { margins[row] += Double(Self.leaf(of: matrix[row], nodes)) }
      guard !heldOut.isEmpty else { continue }
      let loss = heldOut.reduce(0) { $0 + Self.loss(margin: margins[$1], label: labels[$1]) }
      if loss < best.loss * (1 - 1e-5) { best = (loss, grown.count) }
      guard grown.count < best.trees + Self.patience else { break }
    }
    return try Self.model(grown.prefix(heldOut.isEmpty ? grown.count : best.trees), columns: matrix.columns, base: base)
  }

  private static func model(
    _ grown: some Sequence<[TreeEnsemble.Node]>, columns: Int, base: Float
  ) throws(CordonError) -> BoostedTrees {
    var ensemble = TreeEnsemble(columns: columns)
    for nodes in grown { guard ensemble.append(nodes) else { throw TrainingData.defect } }
    guard let model = BoostedTrees(trees: ensemble, base: base, link: .logistic) else { throw TrainingData.defect }
    return model
  }

  /// −ln of the label's probability.
  private static func loss(margin: Double, label: Bool) -> Double {
    let signed = label ? -margin : margin
    return signed > 30 ? signed : log1p(exp(signed))
  }

  private static func leaf(of row: ArraySlice<Float>, _ nodes: [TreeEnsemble.Node]) -> Float {
    var node = 0
    while nodes[node].feature != TreeEnsemble.leaf {
      let value = row[row.startIndex + Int(nodes[node].feature)]
      let goesLeft = value.isNaN ? nodes[node].missingLeft : value <= nodes[node].threshold
      node = Int(nodes[node].left) + (goesLeft ? 0 : 1)
    }
    return nodes[node].threshold
  }
}
