/// Whether a feature's values have changed between two times, told from their sketches.
///
/// Population stability index over ten parts of equal mass of the reference: Σ (q − p) ln (q / p). Under no change it is
/// about χ² with nine degrees of freedom times (1/n + 1/m) (Yurdakul & Naranjo, "Statistical properties of the population
/// stability index", 2020), so the bound is the customary .2, or the χ² point of one in a thousand where there is too little data
/// for that. Windows depend on each other: n and m are effective numbers, at best.
package enum DriftTest {
  package static let parts = 10
  /// Customarily "has changed" (.1 to .2 is "look at it").
  package static let customaryBound = 0.2
  /// Upper one-in-a-thousand point of χ² with nine degrees of freedom.
  static let chiSquarePoint = 27.877

  package struct Result: Hashable, Sendable {
    package var index: Double
    package var bound: Double
    package var hasDrifted: Bool { index > bound }
  }

  /// Compares two histograms of a feature's positive values; nil where either has fewer than ten values a part.
  package static func compare(_ reference: ValueHistogram, _ current: ValueHistogram) -> Result? {
    let least = 10 * parts
    guard reference.total >= least, current.total >= least else { return nil }
    let edges = (1..<parts).compactMap { reference.quantile(Double($0) / Double(parts)) }
    let before = shares(of: reference, edges: edges)
    let after = shares(of: current, edges: edges)
    // Half a value a part: an empty part makes no infinity.
    let (n, m) = (Double(reference.total), Double(current.total))
    var index = 0.0
    for (old, new) in zip(before, after) {
      let p = (old * n + 0.5) / (n + 0.5 * Double(parts))
      let q = (new * m + 0.5) / (m + 0.5 * Double(parts))
      index += (q - p) * logarithm(q / p)
    }
    return Result(index: index, bound: max(customaryBound, chiSquarePoint * (1 / n + 1 / m)))
  }

  private static func shares(of histogram: ValueHistogram, edges: [Float]) -> [Double] {
    var above = 1.0
    var shares: [Double] = []
    for edge in edges {
      let next = histogram.shareAbove(edge)
      shares.append(max(0, above - next))
      above = next
    }
    return shares + [above]
  }
}
