package import CordonCore
package import CordonLearning
package import CordonStore
import Synchronization

/// The thresholds of entities that the collector scores itself, from the daily maxima of the weeks before.
///
/// Set anew every hour; a champion's own, which were calibrated with it, come first. Until the budget is feasible a scale
/// stays silent, and `outlook` says what is missing. Days that were labelled malicious do not count, nor (as maxima are
/// only kept of these) do days on which an entity's baseline had not matured.
package final class ThresholdDesk: Sendable {
  /// Whole days of maxima that thresholds rest on.
  package static let days: Int32 = 28
  /// How long thresholds stand.
  package static let validity: Duration = .seconds(3600)

  /// What one scale can promise now.
  package struct Outlook: Hashable, Sendable {
    package var scale: Scale
    package var result: ThresholdResult
    /// Alerts a day and entity that it may make.
    package var rate: Double
    /// The smallest daily budget of the whole site at which it would alert; nil where it does already.
    package var leastBudget: Double?
  }

  private struct Kept {
    var outlook: [Outlook]
    var entities: Int
    var model: UInt64
    var at: Timestamp
  }

  private let store: CollectorStore
  private let kept = Mutex<[UInt32: Kept]>([:])

  package init(store: CollectorStore) { self.store = store }

  /// Forgets what stands, so that the next question is answered anew.
  package func reset() { kept.withLock { $0 = [:] } }

  /// Each scale's threshold and promise for a schema, in the order of its scales; and how many entities share them.
  ///
  /// - Parameters:
  ///   - model: whose maxima count.
  ///   - today: the site's day, which is not over and does not count.
  ///   - feedback: what analysts' labels multiply the rate with.
  package func outlook(
    of schema: FeatureSchema, model: UInt64, policy: Policy, today: Int32, feedback: Double = 1, at now: Timestamp
  ) async throws -> (outlook: [Outlook], entities: Int) {
    // What stands from the future is of a clock that was set back since.
    if let known = kept.withLock({ $0[schema.id] }), known.model == model, known.at <= now,
      now.since(known.at) < Self.validity
    {
      return (known.outlook, known.entities)
    }
    let since = now.advanced(by: .seconds(-Int64(Self.days + 1) * 86_400))
    let malicious = MaliciousDays(try await store.behaviourDetections(since: since)) {
      DailyMaximum.day(of: $0, offset: SiteTime.offset(in: policy.timeZone, at: $0))
    }
    let maxima = try await store.dailyScores(schema: schema.id, model: model, from: today - Self.days)
      .filter { $0.day < today && !malicious.contains($0) }
    // While nobody has matured, those who learn are the ones that the budget will be for.
    let entities = maxima.isEmpty ? try await learners(of: schema) : Set(maxima.map(\.entity)).count
    let outlook = Self.outlook(
      maxima, of: schema, entities: entities, policy: policy, feedback: feedback,
      sharers: try await sharers(of: schema))
    // Nothing is known yet: the next question may find the first days.
    guard !maxima.isEmpty else { return (outlook, entities) }
    kept.withLock { $0[schema.id] = Kept(outlook: outlook, entities: entities, model: model, at: now) }
    return (outlook, entities)
  }

  private func learners(of schema: FeatureSchema) async throws -> Int {
    guard schema.entity == .host else {
      return try await store.watchedEntities(schema: schema.id).values.reduce(0, +)
    }
    return try await store.agents().count { $0.state == .enrolled }
  }

  /// How many schemas of an entity kind are in use, and so share its alerts: users have behaviour on hosts, and where a
  /// gateway reads the health record's trail, in the record too; hosts and devices may have some on the network.
  package func sharers(of schema: FeatureSchema) async throws -> Int {
    var count = 1
    for other in FeatureSchema.all where other.entity == schema.entity && other.id != schema.id {
      if try await store.scoresAny(schema: other.id) { count += 1 }
    }
    return count
  }

  /// Calibrates every scale of a schema from daily maxima.
  ///
  /// - Parameter sharers: how many schemas the kind's alerts are for.
  package static func outlook(
    _ maxima: [DailyScore], of schema: FeatureSchema, entities: Int, policy: Policy, feedback: Double, sharers: Int = 1
  ) -> [Outlook] {
    var tops: [UInt8: TopScores] = [:]
    for maximum in maxima {
      tops[maximum.scale, default: TopScores()].insert(
        maximum.score, owner: maximum.entity.stableHash, day: maximum.day)
    }
    let split = AlertBudget.split(policy)
    return AlertBudget.scales(of: schema).map { scale in
      let part = BudgetSplit.Part(kind: schema.entity, scale: scale)
      let rate = (split?.rate(of: part, entities: entities) ?? 0) * feedback / Double(sharers)
      let calibration = ThresholdCalibration(tops[scale.rawValue] ?? TopScores())
      let result = calibration.threshold(rate: rate)
      var least: Double?
      if case .infeasible(let leastRate, _) = result {
        least = split?.leastFeasible(part, leastRate: leastRate / feedback * Double(sharers), entities: entities)
      }
      return Outlook(scale: scale, result: result, rate: rate, leastBudget: least)
    }
  }
}
