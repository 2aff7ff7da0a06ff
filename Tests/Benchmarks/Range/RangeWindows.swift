import CordonCore
import CordonLearning

/// Windows of all agents, merged where several saw parts, by schema and in order of time.
struct RangeWindows {
  /// How long a window waits for its parts.
  private static let lateness = Duration.seconds(2 * 3600)

  private struct Key: Hashable {
    var schema: UInt32
    var entity: EntityRef
    var start: Timestamp
  }

  private var parts: [Key: [EntityWindow]] = [:]
  private var merged: [UInt32: [EntityWindow]] = [:]

  mutating func add(_ window: EntityWindow) {
    parts[Key(schema: window.schema, entity: window.entity, start: window.start), default: []].append(window)
  }

  /// Merges what no further part is expected of.
  mutating func settle(before now: Timestamp) throws {
    for (key, windows) in parts {
      let end = key.start.advanced(by: .milliseconds(Int64(windows[0].length)))
      guard end.advanced(by: Self.lateness) <= now else { continue }
      var window = windows.count == 1 ? windows[0] : try WindowMerge.merge(windows)
      // Scored here from the beginning; sketches have said what they had to.
      window.isPartial = false
      window.isEarly = false
      window.scores = nil
      window.sketches = []
      merged[key.schema, default: []].append(window)
      parts[key] = nil
    }
  }

  /// One schema's, by start and entity.
  func of(_ schema: FeatureSchema) -> [EntityWindow] {
    (merged[schema.id] ?? []).sorted { ($0.start, $0.entity.stableHash) < ($1.start, $1.entity.stableHash) }
  }
}
