package import CordonCore
import CordonLearning
import CordonStore
import Synchronization

/// How rare a behavioural detection's score is: a p-value that ranks and explains, and sets no threshold.
///
/// What is counted are entity-days, not windows: windows of one entity depend on each other, so their share says little of
/// chance. p is that of a finished day's greatest score at the detection's scale, among days of *other* entities that the
/// same model scored: those of the peer group where there are `leastGroupDays`, else all of the schema (`ScoreTail`: split
/// conformal, beyond the data a Pareto tail, never 0). Days that were labelled malicious do not count. The daily maxima
/// that the store keeps for thresholds are all that is needed. Set anew every hour; memory: 24 bytes an entity-day.
package final class RarityDesk: Sendable {
  /// Days of other entities from which a group's own are compared with: what a Pareto tail needs.
  package static let leastGroupDays = ScoreTail.leastExcesses
  /// How long what is known stands.
  package static let validity: Duration = .seconds(3600)
  /// Models whose scores are known at once; beyond it all are read again.
  private static let mostModels = 8

  private struct Key: Hashable {
    var schema: UInt32
    var model: UInt64
  }

  private struct Part: Hashable {
    var scale: UInt8
    /// Nil: the whole schema's.
    var group: String?
  }

  private struct Known {
    var scores: [Part: TopScores]
    var groups: [EntityRef: String]
    var at: Timestamp

    func p(of score: Double, scale: Scale, entity: EntityRef) -> Double? {
      let owner = entity.stableHash
      let own = groups[entity].flatMap { scores[Part(scale: scale.rawValue, group: $0)] }
      let others = own.flatMap { $0.count - $0.count(of: owner) >= RarityDesk.leastGroupDays ? $0 : nil }
      guard let compared = others ?? scores[Part(scale: scale.rawValue, group: nil)],
        compared.count > compared.count(of: owner)
      else { return nil }
      return ScoreTail(compared, excluding: owner).p(score)
    }
  }

  private let context: CollectorContext
  private let authority: AuthorityBook
  private let champions: ChampionBook
  private let known = Mutex<[Key: Known]>([:])

  package init(context: CollectorContext, authority: AuthorityBook, champions: ChampionBook) {
    self.context = context
    self.authority = authority
    self.champions = champions
  }

  /// 0 < p <= 1; nil for what is no behaviour, and while no other entity's day is known.
  ///
  /// - Parameter agent: who raised it; nil for the collector.
  package func p(of detection: Detection, by agent: AgentID?) async throws -> Double? {
    guard detection.kind == .behaviour, let entity = detection.entities.first?.entity,
      let scale = UnusualBehaviour.scale(of: detection),
      let schema = UnusualBehaviour.schema(of: detection)
    else { return nil }
    let key = Key(schema: schema.id, model: try await model(of: schema, at: agent))
    let now = context.now
    // What is known from the future is of a clock that was set back since.
    if let kept = known.withLock({ $0[key] }), kept.at <= now, now.since(kept.at) < Self.validity {
      return kept.p(of: detection.score, scale: scale, entity: entity)
    }
    let read = try await read(schema, model: key.model, at: now)
    known.withLock { known in
      if known.count >= Self.mostModels { known = [:] }
      known[key] = read
    }
    return read.p(of: detection.score, scale: scale, entity: entity)
  }

  // MARK: Private

  /// What scored it: the agent's champion as its last heartbeat told, or the collector's own.
  private func model(of schema: FeatureSchema, at agent: AgentID?) async throws -> UInt64 {
    guard let agent else { return try await champions.champion(of: schema)?.number ?? 0 }
    let uses = try await context.store.agent(agent)?.heartbeat?.models ?? []
    let use = uses.first {
      $0.schema == schema.id && $0.purpose == ModelOffer.Role.champion.name && $0.state == .running
    }
    return use?.digest.prefix(8).reduce(0) { $0 << 8 | UInt64($1) } ?? 0
  }

  private func read(_ schema: FeatureSchema, model: UInt64, at now: Timestamp) async throws -> Known {
    let zone = authority.policy(of: "").timeZone
    let day = { DailyMaximum.day(of: $0, offset: SiteTime.offset(in: zone, at: $0)) }
    let today = day(now)
    let first = today - ThresholdDesk.days
    let since = now.advanced(by: .seconds(-Int64(ThresholdDesk.days + 1) * 86_400))
    let malicious = MaliciousDays(try await context.store.behaviourDetections(since: since), day: day)
    let groups = try await groups(of: schema)
    var scores: [Part: TopScores] = [:]
    for maximum in try await context.store.dailyScores(schema: schema.id, model: model, from: first)
    where maximum.day < today && !malicious.contains(maximum) {
      for group in [nil, groups[maximum.entity]] as Set<String?> {
        scores[Part(scale: maximum.scale, group: group), default: TopScores()].insert(
          maximum.score, owner: maximum.entity.stableHash, day: maximum.day)
      }
    }
    return Known(
      scores: scores.filter { $0.key.group == nil || $0.value.count >= Self.leastGroupDays }, groups: groups, at: now)
  }

  /// Peer groups by entity: a host's is its agent's, a user's that of the machine where it was seen first.
  private func groups(of schema: FeatureSchema) async throws -> [EntityRef: String] {
    guard schema.entity == .host else { return try await context.store.watchedGroups(schema: schema.id) }
    return Dictionary(
      try await context.store.agents().map { (EntityRef(kind: .host, label: $0.label), $0.group) },
      uniquingKeysWith: { first, _ in first })
  }
}
