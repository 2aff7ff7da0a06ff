package import CordonCore

/// Notices agents that fell silent, and folds them where many drop at once.
///
/// A value: times in, directives out. An agent is silent at the latest three heartbeats after it was last heard, given
/// a tick at least every `tickInterval`. It waits until then to see whether others fall silent with it: their last
/// heartbeats lie up to one interval apart.
package struct SilenceWatch: Sendable {
  /// Heartbeats without a word after which an agent is called silent.
  package static let silentAfter = 2.75
  /// Missing this long, an agent counts towards a fold, but is not called silent by itself.
  package static let suspectAfter = 1.75
  /// Silent agents that are at least this many, and this share of those watched, become one detection.
  package static let foldAtLeast = 5
  package static let foldShare = 0.05
  /// Agents watched at once; those beyond are counted in `unwatched`.
  package static let mostAgents = 1_000_000

  /// What the shell should do.
  package enum Directive: Hashable, Sendable {
    /// One agent fell silent.
    case silent(AgentID, since: Timestamp)
    /// Many fell silent together.
    case manySilent([AgentID], since: Timestamp)
    /// A silent agent spoke again.
    case recovered(AgentID, silentFor: Duration)
  }

  private struct Watched: Sendable {
    var lastHeard: Timestamp
    var isSilent: Bool
  }

  private var agents: [AgentID: Watched] = [:]
  /// The interval that agents keep; a policy may change it.
  package var heartbeat: Duration
  /// Agents that were not taken up because the limit was reached.
  package private(set) var unwatched = 0

  /// - Parameter heartbeat: the interval that agents keep.
  package init(heartbeat: Duration) { self.heartbeat = heartbeat }

  /// How often `tick` must be called for the promise of three heartbeats.
  package var tickInterval: Duration { heartbeat / 4 }

  package var silentCount: Int { agents.values.count(where: \.isSilent) }

  /// Begins to watch an agent; `since` is when it was last heard, or when this program started, if that is later.
  package mutating func watch(_ agent: AgentID, since: Timestamp, isSilent: Bool = false) {
    guard agents[agent] == nil else { return }
    guard agents.count < Self.mostAgents else {
      unwatched += 1
      return
    }
    agents[agent] = Watched(lastHeard: since, isSilent: isSilent)
  }

  /// A revoked or quarantined agent is expected to be silent.
  package mutating func forget(_ agent: AgentID) { agents[agent] = nil }

  /// Anything at all came from the agent; told again of the same moment, nothing changes.
  package mutating func heard(_ agent: AgentID, at now: Timestamp) -> Directive? {
    guard let known = agents[agent] else {
      watch(agent, since: now)
      return nil
    }
    guard now > known.lastHeard else { return nil }
    agents[agent] = Watched(lastHeard: now, isSilent: false)
    return known.isSilent ? .recovered(agent, silentFor: now.since(known.lastHeard)) : nil
  }

  /// Finds those who fell silent since the last tick; each is reported once until it is heard again.
  package mutating func tick(at now: Timestamp) -> [Directive] {
    let due = missing(for: Self.silentAfter, at: now)
    guard !due.isEmpty else { return [] }
    let suspects = missing(for: Self.suspectAfter, at: now)
    let limit = max(Self.foldAtLeast, Int((Double(agents.count) * Self.foldShare).rounded(.up)))
    if suspects.count >= limit {
      for agent in suspects { agents[agent]?.isSilent = true }
      let since = suspects.compactMap { agents[$0]?.lastHeard }.min() ?? now
      return [.manySilent(suspects, since: since)]
    }
    return due.map { agent in
      agents[agent]?.isSilent = true
      return .silent(agent, since: agents[agent]?.lastHeard ?? now)
    }
  }

  private func missing(for heartbeats: Double, at now: Timestamp) -> [AgentID] {
    let limit = Duration.milliseconds(Int64(Double(heartbeat.milliseconds) * heartbeats))
    return agents.filter { !$0.value.isSilent && now.since($0.value.lastHeard) >= limit }.keys.sorted()
  }
}
