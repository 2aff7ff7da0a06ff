package import CordonCore
import CordonLearning

/// What a model would have alerted, had it been allowed to: from the daily maxima that agents report of it.
package struct ShadowReport: Hashable, Sendable {
  /// Entity-days that it scored.
  package var entityDays: Int
  /// Episodes of days on which a scale passed its threshold.
  package var alerts: Int
  /// What its budget allows in that time.
  package var allowed: Double
  /// Labelled detections of the same entities and days, and those about which it agrees with the analyst.
  package var labelled: Int
  package var agreed: Int
  /// Labelled malicious, and not seen by this model.
  package var missed: Int
  /// Times the budget that a model's realised rate may reach.
  package var rateFactor: Double

  /// Compares maxima with the model's own thresholds and with what analysts said.
  ///
  /// - Parameter day: the site's day that holds a moment.
  package init(
    _ maxima: [DailyScore], thresholds: [ScaleThreshold], labels: [StoredDetection], rateFactor: Double = 2,
    day: (Timestamp) -> Int32
  ) {
    self.rateFactor = rateFactor
    var limits: [UInt8: ScaleThreshold] = [:]
    for scale in Scale.allCases { limits[scale.rawValue] = thresholds.first { $0.scale == scale.code } }
    var flagged: Set<EntityDay> = []
    var seen: Set<EntityDay> = []
    var passed: Set<Passing> = []
    allowed = 0
    for maximum in maxima {
      let key = EntityDay(entity: maximum.entity, day: maximum.day)
      seen.insert(key)
      guard let limit = limits[maximum.scale], let threshold = limit.threshold else { continue }
      allowed += limit.budgetShare
      guard maximum.score > threshold else { continue }
      passed.insert(Passing(entity: maximum.entity, scale: maximum.scale, day: maximum.day))
      flagged.insert(key)
    }
    // Days in a row are one episode, as the gate and the calibration count them.
    alerts = passed.count { !passed.contains(Passing(entity: $0.entity, scale: $0.scale, day: $0.day &- 1)) }
    entityDays = seen.count
    labelled = 0
    agreed = 0
    missed = 0
    for stored in labels {
      guard let entity = stored.detection.entities.first?.entity, let verdict = stored.verdict else { continue }
      let key = EntityDay(entity: entity, day: day(stored.detection.eventTime))
      guard seen.contains(key), let label = DetectionLabel(rawValue: verdict.label), label != .expected else {
        continue
      }
      labelled += 1
      if flagged.contains(key) == (label == .malicious) { agreed += 1 }
      if label == .malicious, !flagged.contains(key) { missed += 1 }
    }
  }

  /// Why the model may not take the champion's place yet; empty where it may.
  package var objections: [String] {
    var found: [String] = []
    if entityDays == 0 { found.append("no finished day of it has been reported yet") }
    if Double(alerts) > max(2, rateFactor * allowed) {
      found.append("it would have alerted \(alerts) times where its budget allows \(allowed.rounded(toPlaces: 1))")
    }
    if missed > 0 { found.append("it does not see \(missed) of what analysts called malicious") }
    return found
  }

  private struct Passing: Hashable {
    var entity: EntityRef
    var scale: UInt8
    var day: Int32
  }

  private struct EntityDay: Hashable {
    var entity: EntityRef
    var day: Int32
  }
}
