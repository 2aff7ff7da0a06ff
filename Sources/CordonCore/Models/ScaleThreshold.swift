/// The score above which one scale of one schema makes a detection, and what that promise rests on.
///
/// The threshold is the k-th largest daily maximum of `entityDays` clean entity-days, k = floor(B (N + 1)).
package struct ScaleThreshold: Hashable, Sendable {
  /// Such as `1m`, `3h`, `12h`, `7d`.
  package var scale: String
  /// Nil while the budget is not feasible: the scale is followed and stays silent.
  package var threshold: Double?
  /// B: alerts a day and entity, 0 to 1.
  package var budgetShare: Double
  /// N: clean entity-days of other entities, later than training.
  package var entityDays: UInt64
  package var rank: UInt32

  package init(scale: String, threshold: Double?, budgetShare: Double, entityDays: UInt64, rank: UInt32) {
    self.scale = scale
    self.threshold = threshold
    self.budgetShare = budgetShare
    self.entityDays = entityDays
    self.rank = rank
  }
}
