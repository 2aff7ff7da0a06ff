/// Whether one way is better than another on the mean over data sets, and how sure that is.
///
/// The percentile bootstrap over pairs (Efron, Tibshirani: "An introduction to the bootstrap", 1993): data sets are drawn
/// with replacement, both ways judged on the same ones.
package struct PairedBootstrap: Hashable, Sendable {
  /// Mean of first minus second.
  package let difference: Double
  /// 95 % interval of the difference.
  package let low: Double
  package let high: Double

  /// Nil for no pairs; the same seed gives the same interval.
  package init?(first: [Double], second: [Double], draws: Int = 10_000, seed: UInt64) {
    precondition(first.count == second.count && draws >= 40, "results are paired")
    guard !first.isEmpty else { return nil }
    let differences = zip(first, second).map(-)
    var randomness = ModelRandomness(seed: seed)
    let count = Double(differences.count)
    let means = (0..<draws).map { _ in
      differences.reduce(0) { sum, _ in sum + differences[randomness.below(differences.count)] } / count
    }.sorted()
    difference = differences.reduce(0, +) / count
    low = means[draws / 40]
    high = means[draws - 1 - draws / 40]
  }
}
