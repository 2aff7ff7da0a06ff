import Glibc

/// A sum of decision trees, through a link: what gradient boosting leaves behind.
///
/// Friedman: "Greedy function approximation: a gradient boosting machine" (2001). Trained here by `BoostedTreesTrainer`,
/// or imported (XGBoost, LightGBM, scikit-learn). Cost: trees × depth; memory: 13 bytes a node.
package struct BoostedTrees: AnomalyModel {
  /// What the sum becomes; raw values are the wire's.
  package enum Link: UInt8, Sendable, CaseIterable {
    case identity = 1
    /// 1 / (1 + e^−sum): a probability.
    case logistic = 2
  }

  /// Leaves hold what they add.
  package let trees: TreeEnsemble
  /// What the sum starts from.
  package let base: Float
  package let link: Link

  package var columns: Int { trees.columns }
  package var byteCount: Int { trees.byteCount + 4 }

  /// Nil where the base is not finite; no trees are allowed, and score the base.
  package init?(trees: TreeEnsemble, base: Float, link: Link) {
    guard base.isFinite, trees.columns > 0 else { return nil }
    self.trees = trees
    self.base = base
    self.link = link
  }

  package func score(_ row: Span<Float>) -> Double {
    let sum = margin(row)
    return link == .logistic ? 1 / (1 + exp(-sum)) : sum
  }

  /// The sum before the link.
  package func margin(_ row: Span<Float>) -> Double { Double(base) + trees.sum(row) }
}
