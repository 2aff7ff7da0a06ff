package import CordonCore

/// A window's strangeness, and why.
package struct WindowScore: Hashable, Sendable {
  /// Of the window by itself, in nats; at least 0, unbounded, always finite.
  package var score: Double
  /// The entity's score at each scale after this window, in the scorer's order.
  package var scales: [Double]
  /// One a feature, in the schema's order.
  package var residuals: [FeatureResidual]
  /// Whether the entity's own baseline carries the score; its peers' does until then, and it counts for no threshold.
  package var isMatured: Bool
  /// Of the model, where it and not the baseline carries the score; nil otherwise.
  package var modelScore: Double?
  /// What each feature carries of the model's score, in nats and the schema's order; empty unless it was asked for.
  package var modelParts: [Double] = []

  /// Share of the greatest part below which a feature does not explain the model's score.
  static let leastPart = 0.05

  /// Joins surprises of features into one score: the greatest, an eighth of the next, and so on.
  ///
  /// Features that say the same thing twice cannot double a score, a change in several is stranger than in one, and the
  /// greatest magnitude still counts without bound.
  package static func joined(_ surprises: some Sequence<Double>) -> Double {
    var weight = 1.0
    var score = 0.0
    for surprise in surprises.filter({ $0 > 0 }).sorted(by: >).prefix(8) {
      score += weight * surprise
      weight /= 8
    }
    return score
  }

  /// What an analyst reads: the features that carry the score, strangest first, at most `limit`.
  ///
  /// - Parameter values: the window's raw features in the schema's order.
  package func evidence(values: [Float], schema: FeatureSchema, limit: Int = 3) -> [Detection.Evidence] {
    let carried = modelScore == nil ? residuals.map(\.surprise) : modelParts
    let least = modelScore == nil ? 0 : Self.leastPart * (carried.max() ?? 0)
    let strange = carried.indices.filter { carried[$0] > 0 && carried[$0] >= least }
      .sorted { (carried[$0], $1) > (carried[$1], $0) }
    return strange.prefix(limit).map { index in
      let feature = schema.features[index]
      let usual = residuals[index].usual
      return Detection.Evidence(
        feature: feature.id, what: feature.meaning, value: Double(values[index]),
        usual: feature.transform.raw(of: usual.lowerBound)...feature.transform.raw(of: usual.upperBound),
        percentile: residuals[index].percentile, unit: feature.unit)
    }
  }
}
