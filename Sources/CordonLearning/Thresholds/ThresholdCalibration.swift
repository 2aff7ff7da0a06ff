/// What a budget asks of a scale, and what the entity-days at hand can give.
package enum ThresholdResult: Hashable, Sendable {
  /// Alert above `threshold`: the `rank`-th greatest of `entityDays` daily maxima, runs of days counted once.
  case feasible(threshold: Double, rank: Int, entityDays: Int)
  /// Too few entity-days for so small a budget; `leastRate` is the smallest one that they can keep.
  case infeasible(leastRate: Double, entityDays: Int)

  /// Nil where the budget is not feasible yet: alert by tripwire alone.
  package var threshold: Double? {
    if case .feasible(let threshold, _, _) = self { return threshold }
    return nil
  }
}

/// Sets a scale's threshold from the daily maxima of clean entity-days.
///
/// Windows of one entity depend on each other and on the hour, so a bound that counts windows is wrong by factors of 60 to
/// 5,000; entity-days are exchangeable where entities are alike. With N of them from *other* entities, later than training,
/// a new day's maximum passes the k-th greatest with a chance of at most k / (N + 1) (split conformal: Vovk, Gammerman,
/// Shafer 2005), so k = floor(B (N + 1)) keeps a rate of B alerts a day and entity on the mean. A slow scale carries one
/// episode over midnight, and the greatest maxima then come in runs of days: an entity's consecutive days count as one, here
/// as in `AlertGate` (runs declustering: Leadbetter et al. 1989), or the smallest budgets would be passed by the length of
/// a run. It says nothing of a day that is unlike the calibration's: a go-live, an epidemic; `PopulationRule` and drift
/// reports are for those.
package struct ThresholdCalibration: Hashable, Sendable {
  /// The calibration's daily maxima.
  package var maxima: TopScores

  package init(_ maxima: TopScores = TopScores()) { self.maxima = maxima }

  /// The threshold for entities outside the calibration.
  ///
  /// - Parameter rate: alerts a day and entity, above 0.
  package func threshold(rate: Double) -> ThresholdResult {
    threshold(rate: rate, entityDays: maxima.count, among: maxima.sorted)
  }

  /// The threshold for one entity, from the days of all others.
  package func threshold(rate: Double, excluding owner: UInt64) -> ThresholdResult {
    let others = maxima.sorted.filter { $0.owner != owner }
    return threshold(rate: rate, entityDays: maxima.count - maxima.count(of: owner), among: others)
  }

  private struct EntityDay: Hashable {
    var owner: UInt64
    var day: Int32
  }

  private func threshold(rate: Double, entityDays: Int, among scores: [TopScores.Entry]) -> ThresholdResult {
    let allowed = rate * Double(entityDays + 1)
    guard allowed >= 1, let last = scores.last else {
      return .infeasible(leastRate: 1 / Double(entityDays + 1), entityDays: entityDays)
    }
    // A rank past what is kept, or a rate past one alert a day and entity, takes the last: fewer alerts, never more.
    let rank = Int(min(allowed.rounded(.down), Double(scores.count)))
    var seen: Set<EntityDay> = []
    var runs = 0
    for entry in scores {
      let isNew = seen.insert(EntityDay(owner: entry.owner, day: entry.day)).inserted
      guard isNew else { continue }
      let neighbours = [entry.day &- 1, entry.day &+ 1].count { seen.contains(EntityDay(owner: entry.owner, day: $0)) }
      runs += 1 - neighbours
      if runs >= rank { return .feasible(threshold: entry.score, rank: rank, entityDays: entityDays) }
    }
    return .feasible(threshold: last.score, rank: rank, entityDays: entityDays)
  }
}
