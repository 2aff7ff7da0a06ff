import CordonCore
import CordonLearning
import CordonStore

/// One page of users' windows on its way through the scorer: entities and groups in, what changed out.
struct UserScoringRun {
  private struct Watched {
    var group: String
    var watch: EntityWatch
  }

  private let schema: FeatureSchema
  private let judges: EntityWatch.Judges
  private let model: UInt64
  private let zone: String
  private var entities: [EntityRef: Watched] = [:]
  private var peers: [String: PeerBaseline] = [:]
  private var scored: [ScoredWindow] = []
  private var maxima: [DailyScore] = []
  private var detections: [Detection] = []
  /// What users' behaviour may alert a day.
  private(set) var cap: DailyCap

  private var scales: [Scale] { AlertBudget.scales(of: schema) }

  init(schema: FeatureSchema, judges: EntityWatch.Judges, model: UInt64, zone: String, cap: DailyCap) {
    self.schema = schema
    self.judges = judges
    self.model = model
    self.zone = zone
    self.cap = cap
  }

  func knows(_ entity: EntityRef) -> Bool { entities[entity] != nil }

  /// Takes up what is kept of an entity; where nothing is, or it is damaged, learning starts anew.
  mutating func take(_ record: WatchRecord?, of entity: EntityRef, group: String) {
    let count = schema.features.count
    let kept = record.flatMap { try? EntityWatch(encoded: $0.state, featureCount: count, scales: scales) }
    entities[entity] = Watched(
      group: record?.group ?? group, watch: kept ?? EntityWatch(featureCount: count, scales: scales))
  }

  /// The group of a known entity, while its peers are not here yet.
  func missingPeers(of entity: EntityRef) -> String? {
    guard let group = entities[entity]?.group, peers[group] == nil else { return nil }
    return group
  }

  mutating func take(peers encoded: [UInt8]?, of group: String) {
    let kept = encoded.flatMap { try? PeerBaseline(encoded: $0) }
    peers[group] =
      kept?.featureCount == schema.features.count ? kept : PeerBaseline(featureCount: schema.features.count)
  }

  /// Marks a window as done without a score.
  mutating func skip(_ entity: EntityRef, start: Timestamp) {
    scored.append(
      ScoredWindow(entity: entity, schema: schema.id, start: start, scores: WindowScores(model: model, values: [])))
  }

  /// Scores a merged window of a known entity, then learns from it; one of a wrong clock changes nothing but its mark.
  ///
  /// - Parameters:
  ///   - parts: what the window was merged from.
  ///   - teachesPeers: false inside an incident.
  mutating func score(
    _ window: EntityWindow, of parts: [StoredWindow], teachesPeers: Bool, at now: Timestamp, id: () -> UniqueID
  ) throws(CordonError) {
    guard var watched = entities[window.entity] else { return }
    guard !window.isSkewed else { return skip(window.entity, start: window.start) }
    let offset = SiteTime.offset(in: zone, at: window.start)
    var judges = judges
    judges.peers = peers[watched.group]
    let gap = watched.watch.scorer.emptyWindows(before: window, offset: offset)
    let verdict = try watched.watch.take(window, schema: schema, offset: offset, judges: judges)
    entities[window.entity] = watched
    if teachesPeers { teach(window, gap: gap, group: watched.group, offset: offset) }
    scored.append(
      ScoredWindow(
        entity: window.entity, schema: schema.id, start: window.start,
        scores: WindowScores(model: model, values: verdict.score.scales.map { Float($0) })))
    let day = DailyMaximum.day(of: window.start, offset: offset)
    // Days of learning say little of days on which it alerts.
    for (scale, score) in zip(scales, verdict.score.scales) where verdict.score.isMatured {
      maxima.append(
        DailyScore(
          entity: window.entity, schema: schema.id, model: model, scale: scale.rawValue, day: day, score: score))
    }
    let detection = UnusualBehaviour.detection(
      verdict.alerts, id: id(),
      entity: SealedEntity(entity: window.entity, part: schema.entity == .user ? .actor : .target), window: window,
      schema: schema, score: verdict.score, raisedAt: now)
    guard var detection else { return }
    // An agent says when a window was: one from the future must not use up the alerts of the days until then.
    let today = DailyMaximum.day(of: now, offset: SiteTime.offset(in: zone, at: now))
    guard cap.admits(day: min(day, today), from: Self.carrier(of: detection, parts, schema)) else { return }
    detection.folded = cap.tell()
    detections.append(detection)
  }

  /// Whose part holds most of the feature that carries an alert: who adds a forged part to another's window is the one.
  static func carrier(of detection: Detection, _ parts: [StoredWindow], _ schema: FeatureSchema) -> AgentID? {
    let column = detection.evidence.first.flatMap { schema.index(of: $0.feature) }
    func share(_ part: StoredWindow) -> Float {
      guard let column, column < part.window.features.count else { return Float(part.window.observations) }
      return part.window.features[column]
    }
    return parts.max { share($0) < share($1) }?.key.agent
  }

  /// All that changed, for one transaction.
  var step: ScoringStep {
    ScoringStep(
      schema: schema.id, windows: scored,
      watches: entities.map { entity, watched in
        WatchRecord(entity: entity, schema: schema.id, group: watched.group, state: watched.watch.encoded)
      }, peers: peers.mapValues(\.encoded), maxima: maxima, detections: detections)
  }

  private mutating func teach(
    _ window: EntityWindow, gap: [EntityScorer.EmptyWindows], group: String, offset: Int
  ) {
    for empty in gap { peers[group]?.learnEmpty(empty.count, at: empty.hour) }
    let values = zip(schema.features, window.features).map { $0.transform.value(of: $1) }
    peers[group]?.learn(values, at: HourOfWeek(window.start, offset: offset))
  }
}
