import CordonCore
import CordonStore

/// Days of entities that analysts called malicious: they say nothing of what is usual, and count for neither thresholds
/// nor rarity. One attack would otherwise set the threshold that the next must pass.
struct MaliciousDays: Sendable {
  private struct EntityDay: Hashable {
    var entity: EntityRef
    var day: Int32
  }

  private let days: Set<EntityDay>

  /// - Parameters:
  ///   - detections: of behaviour, with their verdicts.
  ///   - day: the site's day that holds a moment.
  init(_ detections: [StoredDetection], day: (Timestamp) -> Int32) {
    days = Set(
      detections.compactMap { stored -> EntityDay? in
        guard stored.verdict?.label == DetectionLabel.malicious.rawValue else { return nil }
        return stored.detection.entities.first.map {
          EntityDay(entity: $0.entity, day: day(stored.detection.eventTime))
        }
      })
  }

  func contains(_ maximum: DailyScore) -> Bool {
    days.contains(EntityDay(entity: maximum.entity, day: maximum.day))
  }
}
