package import CordonCore
import CordonLearning
import CordonStore

/// What behaviour can promise now, and what it did: a line a schema for `cordon status`.
package struct LearningReport: Sendable {
  /// Days over which the realised rate is counted.
  package static let days: Int64 = 7

  /// One schema's line.
  package struct Line: Hashable, Sendable {
    package var schema: String
    /// Hexadecimal id of the model in force; empty: the baseline alone.
    package var model: String
    package var entities: Int
    /// Alerts a day that the schema's scales share.
    package var budget: Double
    /// Behavioural alerts in the days before now, and how many days those are.
    package var alerts: Int
    package var days: Double
    /// 95 % interval of the alerts a day.
    package var low: Double
    package var high: Double
    /// Scales that cannot keep the budget yet, by name.
    package var silentScales: [String]
    /// When the silent scales can keep it at the latest, if entities stay as they are; nil: they can, or nobody knows.
    package var learningUntil: Timestamp?
    /// The smallest daily budget of the site with which every scale could speak now; nil where all do.
    package var leastBudget: Double?
  }

  private let context: CollectorContext
  private let authority: AuthorityBook
  private let thresholds: ThresholdDesk
  private let champions: ChampionBook

  package init(
    context: CollectorContext, authority: AuthorityBook, thresholds: ThresholdDesk, champions: ChampionBook
  ) {
    self.context = context
    self.authority = authority
    self.thresholds = thresholds
    self.champions = champions
  }

  /// One line a schema, in their order; none where the policy turns learning off.
  package func lines() async throws -> [Line] {
    let policy = authority.policy(of: "")
    guard policy.learning.isEnabled, let split = AlertBudget.split(policy) else { return [] }
    let now = context.now
    let since = now.advanced(by: .seconds(-Self.days * 86_400))
    let detections = try await context.store.behaviourDetections(since: since)
    let today = DailyMaximum.day(of: now, offset: SiteTime.offset(in: policy.timeZone, at: now))
    var lines: [Line] = []
    for schema in FeatureSchema.all {
      let champion = try await champions.champion(of: schema)
      let (outlook, entities) = try await thresholds.outlook(
        of: schema, model: champion?.number ?? 0, policy: policy, today: today,
        feedback: try await champions.feedback(of: schema), at: now)
      // A site without a gateway has no health record, network or devices to speak of.
      guard entities > 0 || (schema.family == .host && schema.entity != .device) else { continue }
      let limits = champion?.thresholds(of: outlook.map(\.scale))
      let silent = outlook.indices.filter { (limits?[$0] ?? outlook[$0].result.threshold ?? .infinity) == .infinity }
      let alerts = detections.count {
        $0.detection.isAlert && UnusualBehaviour.schema(of: $0.detection)?.id == schema.id
      }
      let interval = RateInterval(seen: alerts)
      lines.append(
        Line(
          schema: schema.name, model: champion.map { "\($0.record.id)" } ?? "", entities: entities,
          budget: AlertBudget.alertsPerDay(of: schema, split) / Double(try await thresholds.sharers(of: schema)),
          alerts: alerts, days: Double(Self.days),
          low: interval.low / Double(Self.days), high: interval.high / Double(Self.days),
          silentScales: silent.map { outlook[$0].scale.name },
          learningUntil: silent.isEmpty ? nil : Self.until(silent.map { outlook[$0] }, entities: entities, now: now),
          leastBudget: silent.compactMap { outlook[$0].leastBudget }.max()))
    }
    return lines
  }

  /// When as many entity-days will be there as the rarest alert needs: N + 1 = 1 / rate.
  static func until(_ silent: [ThresholdDesk.Outlook], entities: Int, now: Timestamp) -> Timestamp? {
    guard entities > 0 else { return nil }
    var days = 0.0
    for scale in silent {
      guard case .infeasible(_, let have) = scale.result, scale.rate > 0 else { continue }
      days = max(days, (1 / scale.rate - 1 - Double(have)) / Double(entities))
    }
    // A day counts once it is over, and once its entity has matured: a week will do for most.
    let hasMatured = silent.contains { if case .infeasible(_, 0) = $0.result { false } else { true } }
    let whole = Int64(min(max(days, 0), 36_500).rounded(.up)) + 1
    return now.advanced(by: .seconds(whole * 86_400)).advanced(by: hasMatured ? .zero : EntityWatch.learningPeriod)
  }
}

extension Detection {
  /// Whether it is behaviour that people are called for: a further day of an episode is low, and no alert of its own.
  var isAlert: Bool { kind == .behaviour && rule == UnusualBehaviour.rule && severity > .low }
}
