import Glibc

/// How quickly random splits set a row apart from the rest.
///
/// Liu, Ting, Zhou: "Isolation forest" (2008): 2^(−mean path / c(ψ)). A leaf holds its depth plus c(rows that ended in
/// it). Scores lie in (0, 1) and saturate beyond the training range: an ensemble needs a member that does not. Cost:
/// trees × depth; memory: 13 bytes a node, at most 2ψ − 1 nodes a tree.
package struct IsolationForest: AnomalyModel {
  /// Leaves hold path lengths.
  package let trees: TreeEnsemble
  /// Rows that each tree saw, ψ.
  package let sampleSize: Int
  /// 1 / (trees · c(ψ)).
  let pathScale: Double

  package var columns: Int { trees.columns }
  package var byteCount: Int { trees.byteCount }

  /// Nil for no trees, or a sample of fewer than two rows.
  package init?(trees: TreeEnsemble, sampleSize: Int) {
    guard !trees.roots.isEmpty, sampleSize >= 2 else { return nil }
    self.trees = trees
    self.sampleSize = sampleSize
    pathScale = 1 / (Double(trees.roots.count) * Self.usualPath(sampleSize))
  }

  package func score(_ row: Span<Float>) -> Double { Self.score(path: trees.sum(row) * pathScale) }

  /// 2^(−path), path being relative to the usual one; hostile leaves cannot make it infinite.
  static func score(path: Double) -> Double { exp2(-max(path, -Self.pathLimit)) }

  /// No real tree has a negative path; a forged one is stopped here.
  private static let pathLimit = 64.0

  /// c(n): the mean path of an unsuccessful search in a binary search tree of n keys; 0 below two.
  package static func usualPath(_ count: Int) -> Double {
    guard count > 2 else { return count == 2 ? 1 : 0 }
    let keys = Double(count)
    return 2 * (log(keys - 1) + eulerGamma) - 2 * (keys - 1) / keys
  }

  private static let eulerGamma = 0.577_215_664_901_532_9
}
