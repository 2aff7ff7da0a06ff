package import CordonCore
package import CordonLearning

/// Scores this agent's windows by behaviour: what is usual for the entity, and the model that the site promoted.
///
/// A pure value: windows and the site's offset from UTC come in, the same windows with scores and findings go out. Parts
/// of a window that closed early are scored together, so that a burst is found before its window ends and counts once.
/// Windows of a skewed clock pass by: they freeze scores, thresholds and learning. Users' windows are partial; they are
/// scored where all parts meet. Memory: 2 kB an entity, `entityLimit` of each schema, and what waits to be saved.
package struct BehaviourStage: Sendable {
  /// Schemas that are scored here.
  package static let schemas: [FeatureSchema] = [.hostAtHost, .deviceAtHost, .deviceAtWire, .hostAtWire]
  /// Entities of one schema whose past is kept, for models to be tried on: those that were seen first.
  package static let pastLimit = 4
  /// Windows that wait to be saved, over all entities; the oldest go first, and are counted.
  package static let unsavedLimit = 4096
  /// Tripwires' hits remembered, to be told beside what is unusual.
  static let hitLimit = 16

  /// Whose windows of which schema.
  package struct Key: Hashable, Sendable {
    package var schema: UInt32
    package var entity: EntityRef

    package init(schema: UInt32, entity: EntityRef) {
      self.schema = schema
      self.entity = entity
    }
  }

  /// Something that was unusual enough to alert.
  package struct Finding: Hashable, Sendable {
    /// What there was of the window, in one.
    package var window: EntityWindow
    package var schema: FeatureSchema
    package var score: WindowScore
    /// Scales that passed their thresholds, the shortest first; at least one.
    package var alerts: [EntityWatch.Alert]
    /// Rules that fired in the same window.
    package var tripwires: [String]
    /// Alerts over the day's cap that are told with this one.
    package var folded: UInt32

    /// The detection that an analyst reads; names nobody but the host, whose label is clear. Nil without alerts.
    package func detection(at now: Timestamp, randomness: inout some RandomNumberGenerator) -> Detection? {
      UnusualBehaviour.detection(
        alerts, id: UniqueID(at: now, randomness: &randomness),
        entity: SealedEntity(entity: window.entity, part: .host), window: window, schema: schema, score: score,
        tripwires: tripwires, folded: folded, raisedAt: now)
    }
  }

  private struct Hit: Hashable, Sendable {
    var rule: String
    var time: Timestamp
    var machine: EntityRef
  }

  private var watches: [UInt32: RecentlyUsed<EntityWatch>] = [:]
  private var models: [UInt32: [ModelOffer.Role: ModelInForce]] = [:]
  private var judges: [UInt32: EntityWatch.Judges] = [:]
  /// Parts so far of windows that closed early.
  private var parts: [Key: [EntityWindow]] = [:]
  private var hits: [Hit] = []
  /// Entities whose past is kept, by schema.
  private var remembered: [UInt32: Set<EntityRef>] = [:]
  private var cap = DailyCap(limit: 1)
  private var unsaved: [(key: Key, window: PastWindow)] = []
  /// Whether windows also carry the scores of baselines that have not matured, as for who reads a recording.
  package var tellsLearning = false
  /// Past windows that were dropped before they were saved.
  package private(set) var dropped: UInt64 = 0

  package init() {}

  /// Entities of one schema; the least recently seen makes room. A gateway sees many machines, and is one host.
  package static func entityLimit(of schema: FeatureSchema) -> Int { schema.entity == .device ? 4096 : 64 }

  /// Goes on to keep the past of the entities whose past was kept before the restart.
  package mutating func keepPast(of keys: [Key]) {
    for key in keys { _ = keepsPast(of: key) }
  }

  /// Restores what was known of entities; a state that cannot be read is left out.
  ///
  /// - Returns: how many were left out.
  package mutating func restore(_ states: [(key: Key, state: [UInt8])]) -> Int {
    var lost = 0
    for (key, state) in states {
      guard let schema = Self.schemas.first(where: { $0.id == key.schema }),
        let watch = try? EntityWatch(encoded: state, featureCount: schema.features.count)
      else {
        lost += 1
        continue
      }
      watches[key.schema, default: RecentlyUsed(capacity: Self.entityLimit(of: schema))]
        .use(key.entity, or: { watch }) { $0 = watch }
    }
    return lost
  }

  /// Lets a model score a schema from the next window on; nil: none. Baselines, evidence and alerts stay.
  package mutating func use(_ model: ModelInForce?, schema: UInt32, role: ModelOffer.Role) {
    models[schema, default: [:]][role] = model
    let champion = models[schema]?[.champion]
    judges[schema] = EntityWatch.Judges(
      model: champion?.model, thresholds: champion?.isGated == true ? champion?.thresholds : nil,
      trial: models[schema]?[.shadow]?.model, peers: champion?.peers)
  }

  /// What scores a schema now; nil: the baseline alone, or no trial.
  package func model(of schema: UInt32, role: ModelOffer.Role) -> ModelInForce? { models[schema]?[role] }

  /// Takes the most behavioural alerts that one machine raises a day.
  package mutating func setCap(_ limit: Int) {
    cap.limit = max(1, limit)
  }

  /// A tripwire fired on a machine: told beside what is unusual of it at the same time.
  package mutating func note(tripwire rule: String, at time: Timestamp, on machine: EntityRef) {
    if hits.count >= Self.hitLimit { hits.removeFirst() }
    hits.append(Hit(rule: rule, time: time, machine: machine))
  }

  /// Scores one window; it comes back with its scores, once the baseline has matured, and with what was unusual about it.
  package mutating func take(_ window: EntityWindow, offset: Int) throws(CordonError) -> (EntityWindow, Finding?) {
    guard let schema = Self.schemas.first(where: { $0.id == window.schema }), !window.isPartial, !window.isSkewed else {
      return (window, nil)
    }
    let key = Key(schema: schema.id, entity: window.entity)
    if let known = parts[key]?.first, known.start != window.start { try settle(key, schema, offset: offset) }
    let all = (parts.removeValue(forKey: key) ?? []) + [window]
    let whole = all.count == 1 ? window : try WindowMerge.merge(all)
    if window.isEarly { parts[key] = all }
    let verdict = try judge(whole, key, schema, offset: offset, isWhole: !window.isEarly)
    return (scored(window, verdict), finding(verdict, whole, schema, offset: offset))
  }

  /// Scores become the site's daily maxima, which thresholds are set from: none of a baseline that has not matured.
  private func scored(_ window: EntityWindow, _ verdict: EntityWatch.Verdict) -> EntityWindow {
    guard verdict.score.isMatured || tellsLearning else { return window }
    func scores(_ values: [Double], by role: ModelOffer.Role) -> WindowScores {
      WindowScores(model: models[window.schema]?[role]?.shortDigest ?? 0, values: values.map(Self.bounded))
    }
    var scored = window
    scored.scores = scores(verdict.score.scales, by: .champion)
    scored.shadowScores = verdict.trial.map { scores($0, by: .shadow) }
    return scored
  }

  /// Counts windows whose last part never came, as at the agent's end. `offset`: of a moment from UTC, in seconds.
  package mutating func settle(offset: (Timestamp) -> Int) throws(CordonError) {
    for (key, known) in parts {
      guard let schema = Self.schemas.first(where: { $0.id == key.schema }), let first = known.first else { continue }
      try settle(key, schema, offset: offset(first.start))
    }
  }

  private mutating func settle(_ key: Key, _ schema: FeatureSchema, offset: Int) throws(CordonError) {
    guard let known = parts.removeValue(forKey: key) else { return }
    _ = try judge(try WindowMerge.merge(known), key, schema, offset: offset, isWhole: true)
  }

  private mutating func judge(
    _ window: EntityWindow, _ key: Key, _ schema: FeatureSchema, offset: Int, isWhole: Bool
  ) throws(CordonError) -> EntityWatch.Verdict {
    let judges = judges[schema.id] ?? EntityWatch.Judges()
    let verdict = try use(key, schema) { watch throws(CordonError) in
      try watch.take(window, schema: schema, offset: offset, judges: judges, isWhole: isWhole)
    }
    if isWhole {
      remember(
        PastWindow(
          start: window.start, length: window.length, features: window.features,
          surprises: verdict.score.residuals.map { Self.bounded($0.surprise) }), of: key)
    }
    return verdict
  }

  private mutating func finding(
    _ verdict: EntityWatch.Verdict, _ window: EntityWindow, _ schema: FeatureSchema, offset: Int
  ) -> Finding? {
    guard !verdict.alerts.isEmpty else { return nil }
    guard cap.admits(day: DailyMaximum.day(of: window.start, offset: offset)) else { return nil }
    let end = window.start.advanced(by: .milliseconds(Int64(window.length)))
    let own = hits.filter { $0.machine == window.entity && $0.time >= window.start && $0.time < end }
    let rules = Set(own.map(\.rule))
    return Finding(
      window: window, schema: schema, score: verdict.score, alerts: verdict.alerts, tripwires: rules.sorted(),
      folded: cap.tell())
  }

  private mutating func use<Outcome>(
    _ key: Key, _ schema: FeatureSchema, _ body: (inout EntityWatch) throws(CordonError) -> Outcome
  ) throws(CordonError) -> Outcome {
    var known = watches.removeValue(forKey: key.schema) ?? RecentlyUsed(capacity: Self.entityLimit(of: schema))
    defer { watches[key.schema] = known }
    let outcome = known.use(key.entity, or: { EntityWatch(featureCount: schema.features.count) }) { watch in
      do throws(CordonError) {
        return Result<Outcome, CordonError>.success(try body(&watch))
      } catch { return .failure(error) }
    }
    return try outcome.get()
  }

  /// Scores are unbounded; what is sent of them is a Float.
  private static func bounded(_ score: Double) -> Float {
    Float(min(max(score, -Double(Float.greatestFiniteMagnitude)), Double(Float.greatestFiniteMagnitude)))
  }
}

extension BehaviourStage {
  /// Whether anything of a schema was seen.
  package func isWatching(schema: UInt32) -> Bool { watches[schema].map { $0.count > 0 } ?? false }

  /// What is known of each entity of a schema.
  package func watches(of schema: UInt32) -> [(key: Key, watch: EntityWatch)] {
    guard let known = watches[schema] else { return [] }
    return known.keys.compactMap { entity in
      known.peek(entity).map { (Key(schema: schema, entity: entity), $0) }
    }
  }

  /// From when on a schema's first entity can alert; nil while nothing of it was seen.
  package func learningUntil(schema: UInt32) -> Timestamp? {
    watches(of: schema).compactMap { $0.watch.learningUntil(peers: models[schema]?[.champion]?.peers) }.min()
  }

  /// States to keep, and past windows that were not saved yet; they count as saved.
  package mutating func takeUnsaved() -> (states: [(key: Key, state: [UInt8])], past: [(key: Key, window: PastWindow)])
  {
    defer { unsaved = [] }
    return (Self.schemas.flatMap { watches(of: $0.id) }.map { ($0.key, $0.watch.encoded) }, unsaved)
  }

  /// What could not be saved waits for the next time.
  package mutating func putBack(_ past: [(key: Key, window: PastWindow)]) {
    unsaved = past + unsaved
    trim()
  }

  /// Past windows of an entity that are not saved yet, oldest first.
  package func unsaved(of key: Key) -> [PastWindow] { unsaved.filter { $0.key == key }.map(\.window) }

  private mutating func remember(_ window: PastWindow, of key: Key) {
    guard keepsPast(of: key) else { return }
    unsaved.append((key, window))
    trim()
  }

  /// Whether an entity is one of those whose past is kept; it becomes one while there are few.
  private mutating func keepsPast(of key: Key) -> Bool {
    var known = remembered[key.schema] ?? []
    guard !known.contains(key.entity) else { return true }
    guard known.count < Self.pastLimit else { return false }
    known.insert(key.entity)
    remembered[key.schema] = known
    return true
  }

  private mutating func trim() {
    guard unsaved.count > Self.unsavedLimit else { return }
    dropped += UInt64(unsaved.count - Self.unsavedLimit)
    unsaved.removeFirst(unsaved.count - Self.unsavedLimit)
  }
}
