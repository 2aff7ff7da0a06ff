/// Which rows an analyst should be asked about next.
///
/// Uncertainty sampling (Lewis, Gale: "A sequential algorithm for training text classifiers", 1994), with an eye to
/// variety: of `breadth` times as many uncertain rows as are wanted, each next one is that which lies farthest from those
/// already chosen (Gonzalez 1985), so that ten near-copies of one case are asked about once. Cost: a sort, and wanted² ×
/// breadth distances.
package enum LabelQuery {
  /// Uncertain rows that are looked at, for each that is wanted.
  package static let breadth = 5

  /// Rows to ask about, the most uncertain first; fewer than `wanted` where there are fewer unlabelled ones.
  ///
  /// - Parameters:
  ///   - probabilities: P(bad), one a row.
  ///   - rows: the rows' features; missing values count as equal to anything.
  ///   - labelled: rows that need no question.
  package static func choose(
    _ wanted: Int, probabilities: [Double], rows: FeatureMatrix, labelled: Set<Int> = []
  ) -> [Int] {
    precondition(probabilities.count == rows.rows, "one probability a row")
    let open = probabilities.indices.filter { !labelled.contains($0) }.sorted {
      let (first, second) = (abs(probabilities[$0] - 0.5), abs(probabilities[$1] - 0.5))
      return first != second ? first < second : $0 < $1
    }
    var candidates = Array(open.prefix(max(0, wanted) * breadth))
    guard wanted > 0, let first = candidates.first else { return [] }
    let scales = (0..<rows.columns).map { column -> Double in
      let (_, deviation) = TrainingData.moments(rows, column: column)
      return deviation > 0 ? 1 / deviation : 0
    }
    var chosen = [first]
    candidates.removeFirst()
    var nearest = candidates.map { distance($0, first, rows, scales) }
    while chosen.count < wanted, let farthest = nearest.indices.max(by: { nearest[$0] < nearest[$1] }) {
      let next = candidates.remove(at: farthest)
      nearest.remove(at: farthest)
      chosen.append(next)
      for (index, candidate) in candidates.enumerated() {
        nearest[index] = min(nearest[index], distance(candidate, next, rows, scales))
      }
    }
    return chosen
  }

  /// The square of the distance in units of each feature's deviation.
  private static func distance(_ first: Int, _ second: Int, _ rows: FeatureMatrix, _ scales: [Double]) -> Double {
    var square = 0.0
    for (column, scale) in scales.enumerated() {
      let difference = (Double(rows[first, column]) - Double(rows[second, column])) * scale
      if !difference.isNaN { square += difference * difference }
    }
    return square
  }
}
