import CordonCore
import CordonStore

/// Which of a ring's alerts speak against the model that the ring was offered.
///
/// An attack right after a promotion must not halt the rollout of the model that found it. So what analysts called
/// malicious or expected is left out, with all that is in one incident with a confirmed detection or with a tripwire,
/// which no model raises. A population is one alert, as people see it. What it cannot tell: alerts by behaviour alone that
/// nobody has judged yet are the model's; and a model at which whole groups alert within the hour counts as one alert a
/// group, for agents refuse a model that would have done so on their last days.
enum RingAlerts {
  /// - Parameters:
  ///   - alerts: of the ring's agents, since the offer went out.
  ///   - incidents: all detections of the incidents that they are in.
  static func count(_ alerts: [StoredDetection], incidents: [UniqueID: [StoredDetection]]) -> Int {
    var populations: Set<UniqueID> = []
    var count = 0
    for alert in alerts {
      let label = alert.verdict.flatMap { DetectionLabel(rawValue: $0.label) }
      guard label != .malicious, label != .expected else { continue }
      guard let incident = alert.incident, let beside = incidents[incident] else {
        count += 1
        continue
      }
      guard !beside.contains(where: isOfItsOwn) else { continue }
      if beside.contains(where: { $0.detection.kind == .population }) {
        populations.insert(incident)
      } else {
        count += 1
      }
    }
    return count + populations.count
  }

  /// Whether a detection shows that something is wrong, whatever a model thinks.
  private static func isOfItsOwn(_ stored: StoredDetection) -> Bool {
    stored.detection.kind == .tripwire || stored.verdict?.label == DetectionLabel.malicious.rawValue
  }
}
