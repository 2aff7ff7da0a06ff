import CordonCollector
import CordonCore
import CordonLearning

/// Judges one schema's windows as the product does: learns from the beginning, sets thresholds from the daily maxima of the
/// clean days as the collector does, and lets each entity's watch alert from then on.
struct RangeJudge {
  /// Something that was unusual enough to alert.
  struct Alert {
    var entity: EntityRef
    var schema: FeatureSchema
    var scale: Scale
    /// Of the window, from its start to its end.
    var span: ClosedRange<Timestamp>
    /// A further day of an episode.
    var goesOn: Bool
  }

  let schema: FeatureSchema
  private let scales: [Scale]
  private var watches: [EntityRef: EntityWatch] = [:]
  /// Of users, whose windows meet on the collector; agents have peers from a model alone.
  private var peers: PeerBaseline?
  private var maxima: [DailyScore] = []
  private let later: ArraySlice<EntityWindow>

  var entities: Int { watches.count }

  /// Learns from the windows before a moment.
  init(_ windows: [EntityWindow], of schema: FeatureSchema, cleanUntil: Timestamp) throws {
    self.schema = schema
    scales = AlertBudget.scales(of: schema)
    if schema.entity == .user { peers = PeerBaseline(featureCount: schema.features.count) }
    let count = windows.firstIndex { $0.start >= cleanUntil } ?? windows.count
    later = windows[count...]
    for window in windows[..<count] {
      let verdict = try take(window, thresholds: nil)
      guard verdict.score.isMatured else { continue }
      for (scale, score) in zip(scales, verdict.score.scales) {
        maxima.append(
          DailyScore(
            entity: window.entity, schema: schema.id, model: 0, scale: scale.rawValue,
            day: DailyMaximum.day(of: window.start), score: score))
      }
    }
    maxima = Self.greatest(maxima)
  }

  /// What each scale may promise at a budget of the whole site.
  func outlook(budget: Double, policy: Policy) -> [ThresholdDesk.Outlook] {
    var policy = policy
    policy.dailyAlerts = 1
    return ThresholdDesk.outlook(
      maxima, of: schema, entities: Set(maxima.map(\.entity)).count, policy: policy, feedback: budget,
      // Users have behaviour on hosts and in the record.
      sharers: schema.entity == .user ? 2 : 1)
  }

  /// Alerts after the clean days.
  func alerts(budget: Double, policy: Policy) throws -> [Alert] {
    let thresholds = outlook(budget: budget, policy: policy).map { $0.result.threshold ?? .infinity }
    var judge = self
    var alerts: [Alert] = []
    for window in later {
      let end = window.start.advanced(by: .milliseconds(Int64(window.length)))
      alerts += try judge.take(window, thresholds: thresholds).alerts.map {
        Alert(entity: window.entity, schema: schema, scale: $0.scale, span: window.start...end, goesOn: $0.goesOn)
      }
    }
    return alerts
  }

  private mutating func take(_ window: EntityWindow, thresholds: [Double]?) throws -> EntityWatch.Verdict {
    var watch = watches[window.entity] ?? EntityWatch(featureCount: schema.features.count, scales: scales)
    let judges = EntityWatch.Judges(scales: scales, thresholds: thresholds, peers: peers)
    let gap = watch.scorer.emptyWindows(before: window, offset: 0)
    let verdict = try watch.take(window, schema: schema, judges: judges)
    watches[window.entity] = watch
    for empty in gap { peers?.learnEmpty(empty.count, at: empty.hour) }
    peers?.learn(
      zip(schema.features, window.features).map { $0.transform.value(of: $1) }, at: HourOfWeek(window.start, offset: 0))
    return verdict
  }

  /// One score an entity, scale and day.
  private static func greatest(_ scores: [DailyScore]) -> [DailyScore] {
    var kept: [DailyScore: Double] = [:]
    for score in scores {
      var key = score
      key.score = 0
      kept[key] = max(kept[key] ?? -.infinity, score.score)
    }
    return kept.map { key, greatest in
      var score = key
      score.score = greatest
      return score
    }
  }
}
