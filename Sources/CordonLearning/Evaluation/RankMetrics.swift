/// How well scores put what is bad before what is not, whatever the threshold.
package struct RankMetrics: Hashable, Sendable {
  /// P(a bad row scores above a good one), ties counted half (Hanley, McNeil 1982); 0...1, .5 for chance.
  package let auroc: Double
  /// Σ (recall gained · precision) over descending scores, ties taken together, as scikit-learn has it; 0...1, the share
  /// of bad rows for chance.
  package let averagePrecision: Double
  /// Share of bad rows among the k highest scores, k being how many there are; ties at the end count by their share.
  package let precisionAtBad: Double

  /// Nil unless there are both classes; `scores` are finite, one a label. Cost: a sort.
  package init?(scores: [Double], labels: [Bool]) {
    precondition(scores.count == labels.count, "one score a label")
    let bad = labels.reduce(0) { $0 + ($1 ? 1 : 0) }
    let good = labels.count - bad
    guard bad > 0, good > 0 else { return nil }
    let order = scores.indices.sorted { scores[$0] > scores[$1] }
    var (badAbove, goodAbove, pairs, precision, top) = (0.0, 0.0, 0.0, 0.0, 0.0)
    var start = 0
    while start < order.count {
      var (badHere, goodHere) = (0.0, 0.0)
      var end = start
      while end < order.count, scores[order[end]] == scores[order[start]] {
        if labels[order[end]] { badHere += 1 } else { goodHere += 1 }
        end += 1
      }
      pairs += goodHere * (badAbove + badHere / 2)
      let taken = min(Double(end - start), max(0, Double(bad) - badAbove - goodAbove))
      top += taken * badHere / (badHere + goodHere)
      badAbove += badHere
      goodAbove += goodHere
      precision += badHere * badAbove / (badAbove + goodAbove)
      start = end
    }
    auroc = pairs / (Double(bad) * Double(good))
    averagePrecision = precision / Double(bad)
    precisionAtBad = top / Double(bad)
  }
}
