import CordonCore
import CordonLearning
import CordonStore
import Synchronization

/// The windows that a model is trained and calibrated on: those of the sample, less what lies inside incidents.
///
/// What is left out is decided here and now, not when the sample was taken: an incident may be opened, or confirmed, days
/// after its windows came. Memory, and the cost of all that follows, is bounded by the sample whatever the fleet's size.
struct TrainingWindows: Sendable {
  /// One entity's, by start.
  var entities: [[EntityWindow]] = []
  /// Windows that were read.
  var read = 0
  /// Windows left out because they lie inside incidents.
  var excluded = 0
  /// Entities that there are, sampled or not; an estimate.
  var known = 0
  /// Peer group of each entity's first window: its agent's.
  var groups: [EntityRef: String] = [:]

  init() {}

  private struct Parts {
    var kept: [EntityRef: [EntityWindow]] = [:]
    var agents: [EntityRef: AgentID] = [:]
    var read = 0
    var excluded = 0
  }

  /// Reads what the sample holds of a schema since a moment of receipt.
  static func read(
    _ store: CollectorStore, schema: FeatureSchema, since: Timestamp, without exclusions: TrainingExclusions
  ) async throws -> TrainingWindows {
    let found = Mutex(Parts())
    try await store.forEachSampledWindow(schema: schema.id, receivedSince: since) { stored in
      var window = stored.window
      window.scores = nil
      window.shadowScores = nil
      // A window of one part has its estimates already; only parts that will be merged need their sketches.
      if !window.isPartial { window.sketches = [] }
      let isExcluded = exclusions.covers(window, from: stored.key.agent)
      found.withLock { parts in
        parts.read += 1
        parts.agents[window.entity] = parts.agents[window.entity] ?? stored.key.agent
        if isExcluded { parts.excluded += 1 } else { parts.kept[window.entity, default: []].append(window) }
      }
      return true
    }
    let parts = found.withLock { $0 }
    var windows = TrainingWindows()
    windows.read = parts.read
    windows.excluded = parts.excluded
    windows.known = try await TrainingSample.entities(of: schema, since: since, in: store)
    windows.groups = try await groups(of: parts.agents, in: store)
    windows.entities = parts.kept.keys.sorted { $0.stableHash < $1.stableHash }.map { merged(parts.kept[$0] ?? []) }
    return windows
  }

  /// Each entity's group: no more agents are looked up than the sample has.
  private static func groups(
    of agents: [EntityRef: AgentID], in store: CollectorStore
  ) async throws -> [EntityRef: String] {
    var groups: [AgentID: String] = [:]
    for agent in Set(agents.values) { groups[agent] = try await store.agent(agent)?.group ?? "" }
    return agents.compactMapValues { groups[$0] }
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
