/// p-values of scores: by rank within the calibration's scores, by a fitted tail beyond them. For ranking and explanation;
/// no threshold is set with it.
///
/// Split conformal p = (1 + scores at least as great) / (n + 1) (Bates et al., "Testing for outliers with conformal
/// p-values", 2023). Beyond the greatest, a generalised Pareto tail over at least 400 excesses (as SPOT does: Siffer et al.,
/// 2017), fitted by probability-weighted moments (Hosking & Wallis 1987) with the shape held at 0 or above, so that no tail
/// ends; floor 1 / (50 n). Never 0. Memory: the kept scores.
package struct ScoreTail: Hashable, Sendable {
  /// Fewest excesses that a tail is fitted to.
  package static let leastExcesses = 400
  /// The floor's factor: a p-value is never below 1 / (50 n).
  package static let floorFactor = 50.0

  /// Above a threshold, an excess y has survival (1 + shape y / spread)^(−1 / shape).
  package struct Pareto: Hashable, Sendable {
    package var threshold: Double
    package var shape: Double
    package var spread: Double
    /// Share of all scores above the threshold.
    package var share: Double

    func survival(_ score: Double) -> Double {
      let excess = (score - threshold) / spread
      guard shape > 1e-9 else { return share * exponential(-excess) }
      return share * exponential(-logarithm(1 + shape * excess) / shape)
    }
  }

  /// The calibration's kept scores, ascending.
  private let scores: [Double]
  private let count: Int
  /// Nil below 400 excesses, or where they are all alike.
  package let pareto: Pareto?

  /// - Parameter owner: whose scores are left out; nil: nobody's.
  package init(_ top: TopScores, excluding owner: UInt64? = nil) {
    scores = top.sorted.filter { $0.owner != owner }.map(\.score).reversed()
    count = top.count - (owner.map(top.count(of:)) ?? 0)
    pareto = Self.fit(scores, count: count)
  }

  /// p of a score, 0 < p <= 1. Below the kept scores it is only known to be at least their share, which is given.
  package func p(_ score: Double) -> Double {
    let atLeast = scores.count - firstIndex(notBelow: score)
    let rank = Double(atLeast + 1) / Double(count + 1)
    guard atLeast == 0, count > 0, let pareto else { return rank }
    return max(min(rank, pareto.survival(score)), 1 / (Self.floorFactor * Double(count)))
  }

  private func firstIndex(notBelow score: Double) -> Int {
    var low = 0
    var high = scores.count
    while low < high {
      let middle = (low + high) / 2
      if scores[middle] < score { low = middle + 1 } else { high = middle }
    }
    return low
  }

  private static func fit(_ scores: [Double], count: Int) -> Pareto? {
    // The greatest tenth, at least 400: a tail must be a tail, and still hold enough.
    let excesses = max(leastExcesses, min(scores.count - 1, count / 10))
    guard scores.count > excesses else { return nil }
    let threshold = scores[scores.count - excesses - 1]
    var mean = 0.0
    var weighted = 0.0
    for (index, score) in scores.suffix(excesses).enumerated() {
      let excess = score - threshold
      mean += excess
      weighted += excess * (1 - (Double(index) + 0.65) / Double(excesses))
    }
    mean /= Double(excesses)
    weighted /= Double(excesses)
    guard mean > 0, mean > 2 * weighted else {
      return mean > 0
        ? Pareto(threshold: threshold, shape: 0, spread: mean, share: Double(excesses) / Double(count)) : nil
    }
    let shape = 2 - mean / (mean - 2 * weighted)
    let spread = 2 * mean * weighted / (mean - 2 * weighted)
    let share = Double(excesses) / Double(count)
    guard shape > 0, spread > 0 else { return Pareto(threshold: threshold, shape: 0, spread: mean, share: share) }
    return Pareto(threshold: threshold, shape: shape, spread: spread, share: share)
  }
}
