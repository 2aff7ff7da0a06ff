/// How well a threshold tells bad rows from good ones.
package struct DecisionMetrics: Hashable, Sendable {
  package let truePositives: Int
  package let falsePositives: Int
  package let trueNegatives: Int
  package let falseNegatives: Int

  /// A score above the threshold is an alert; one score a label.
  package init(scores: [Double], labels: [Bool], threshold: Double) {
    precondition(scores.count == labels.count, "one score a label")
    var counts = [0, 0, 0, 0]
    for (score, label) in zip(scores, labels) { counts[(score > threshold ? 2 : 0) + (label ? 1 : 0)] += 1 }
    (trueNegatives, falseNegatives, falsePositives, truePositives) = (counts[0], counts[1], counts[2], counts[3])
  }

  /// Harmonic mean of precision and recall of bad rows; 0 where none is found.
  package var f1: Double { Self.f1(truePositives, falsePositives, falseNegatives) }

  /// Mean of both classes' F1.
  package var macroF1: Double { (f1 + Self.f1(trueNegatives, falseNegatives, falsePositives)) / 2 }

  /// Share of good rows that raise an alert; 0 where there are none.
  package var falseAlarmRate: Double {
    let good = falsePositives + trueNegatives
    return good > 0 ? Double(falsePositives) / Double(good) : 0
  }

  private static func f1(_ found: Int, _ wrong: Int, _ missed: Int) -> Double {
    found > 0 ? 2 * Double(found) / Double(2 * found + wrong + missed) : 0
  }
}
