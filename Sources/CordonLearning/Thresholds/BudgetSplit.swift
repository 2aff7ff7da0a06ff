package import CordonCore

/// Divides a site's alerts a day over what can raise them.
///
/// Shares are weights: they are scaled to sum to the budget. A part's rate a day and entity is its share over the number of
/// its entities, so that a kind's budget does not grow with the kind.
package struct BudgetSplit: Hashable, Sendable {
  /// What is calibrated by itself: a kind of entity at a scale.
  package struct Part: Hashable, Sendable {
    package var kind: EntityKind
    package var scale: Scale

    package init(kind: EntityKind, scale: Scale) {
      self.kind = kind
      self.scale = scale
    }
  }

  /// Alerts a day that the site's people can look at.
  package let alertsPerDay: Double
  private let weights: [Part: Double]
  private let sum: Double

  /// Nil for a budget that is not above zero and finite, no parts, or weights that are negative, not finite or all zero.
  package init?(alertsPerDay: Double, weights: [Part: Double]) {
    let sum = weights.values.reduce(0, +)
    guard alertsPerDay > 0, alertsPerDay.isFinite, sum > 0, sum.isFinite, weights.values.allSatisfy({ $0 >= 0 }) else {
      return nil
    }
    self.alertsPerDay = alertsPerDay
    self.weights = weights
    self.sum = sum
  }

  /// Alerts a day for one part; 0 for a part that has no share.
  package func alertsPerDay(of part: Part) -> Double { alertsPerDay * (weights[part] ?? 0) / sum }

  /// Alerts a day and entity for one part.
  package func rate(of part: Part, entities: Int) -> Double {
    entities > 0 ? alertsPerDay(of: part) / Double(entities) : 0
  }

  /// The smallest budget of the whole site with which a part is feasible, in alerts a day; nil for a part without a share.
  ///
  /// - Parameters:
  ///   - leastRate: what its calibration can keep, a day and entity.
  ///   - entities: how many the part has.
  package func leastFeasible(_ part: Part, leastRate: Double, entities: Int) -> Double? {
    guard let weight = weights[part], weight > 0 else { return nil }
    return leastRate * Double(entities) * sum / weight
  }
}
