import CordonCore
import CordonLearning
import CordonStore
import Synchronization

/// The windows that a model is trained and calibrated on: whole entities, as many as fit, chosen by their hash.
///
/// Two passes over the day tables: the first counts, the second collects. So memory, and the cost of all that follows, is
/// bounded by `mostWindows` whatever the fleet's size; the passes themselves read what the store holds of the days.
struct TrainingWindows: Sendable {
  /// Windows that are held at once.
  static let mostWindows = 300_000

  /// One entity's, by start.
  var entities: [[EntityWindow]] = []
  /// Windows left out because they lie inside incidents.
  var excluded = 0
  /// Entities that the store knows, chosen or not.
  var known = 0
  /// Peer group of each entity's first window: its agent's.
  var groups: [EntityRef: String] = [:]

  init() {}

  /// Reads what the store holds of a schema since a moment of receipt.
  static func read(
    _ store: CollectorStore, schema: FeatureSchema, since: Timestamp, without exclusions: TrainingExclusions
  ) async throws -> TrainingWindows {
    let counts = Mutex<[EntityRef: Int]>([:])
    try await store.forEachWindow(receivedSince: since) { stored in
      if stored.window.schema == schema.id { counts.withLock { $0[stored.window.entity, default: 0] += 1 } }
      return true
    }
    let chosen = choose(counts.withLock { $0 })
    let agents = Dictionary(try await store.agents().map { ($0.id, $0.group) }, uniquingKeysWith: { first, _ in first })
    let groups = Mutex<[EntityRef: String]>([:])
    let parts = Mutex<(kept: [EntityRef: [EntityWindow]], excluded: Int)>(([:], 0))
    try await store.forEachWindow(receivedSince: since) { stored in
      var window = stored.window
      guard window.schema == schema.id, !window.isSkewed, chosen.contains(window.entity) else { return true }
      window.scores = nil
      window.shadowScores = nil
      // A window of one part has its estimates already; only parts that will be merged need their sketches.
      if !window.isPartial { window.sketches = [] }
      groups.withLock { $0[window.entity] = $0[window.entity] ?? agents[stored.key.agent] ?? "" }
      let isExcluded = exclusions.covers(window, from: stored.key.agent)
      parts.withLock { parts in
        if isExcluded { parts.excluded += 1 } else { parts.kept[window.entity, default: []].append(window) }
      }
      return true
    }
    let (kept, excluded) = parts.withLock { $0 }
    var windows = TrainingWindows()
    windows.excluded = excluded
    windows.groups = groups.withLock { $0 }
    windows.known = counts.withLock { $0.count }
    windows.entities = kept.keys.sorted { $0.stableHash < $1.stableHash }.map { merged(kept[$0] ?? []) }
    return windows
  }

  /// Entities in the order of their hashes, until their windows are `most`; at least one.
  static func choose(_ counts: [EntityRef: Int], most: Int = mostWindows) -> Set<EntityRef> {
    var chosen: Set<EntityRef> = []
    var total = 0
    for entity in counts.keys.sorted(by: { $0.stableHash < $1.stableHash }) {
      total += counts[entity] ?? 0
      guard chosen.isEmpty || total <= most else { break }
      chosen.insert(entity)
    }
    return chosen
  }

  /// Parts of the same window made into one, by start; parts that do not fit together stay by themselves.
  private static func merged(_ parts: [EntityWindow]) -> [EntityWindow] {
    let groups = Dictionary(grouping: parts, by: \.start)
    return groups.keys.sorted().flatMap { start -> [EntityWindow] in
      let group = groups[start] ?? []
      guard group.count > 1 || group[0].isPartial else { return group }
      guard var whole = try? WindowMerge.merge(group) else { return group }
      whole.sketches = []
      return [whole]
    }
  }
}
