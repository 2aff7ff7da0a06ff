import CordonCore
import CordonLearning
import CordonTrust

/// Trains a candidate on the earlier part of entities' windows, and sets its thresholds by replaying the later part.
///
/// Pure and seeded: the same windows give the same bundle. Cost: two passes of `EntityScorer` over every window and a fit
/// on a sample; memory: the windows, one scorer an entity, a baseline a peer group, and the sample. Groups of at least
/// `leastMembers` have peers of their own, the others are compared with everyone.
struct CandidateTraining {
  /// Rows of the sample that the model is fitted on.
  static let sampleRows = 20_000
  /// Days that are needed at least: some to learn from, some to calibrate on.
  static let leastDays: Int32 = 4
  /// Entities that make a peer group.
  static let leastMembers = PopulationRule.leastMembers
  private static let dayMilliseconds: Int64 = 86_400_000
  /// Entities whose state the canary windows are tried on.
  private static let canaryEntities = 8

  /// What training is given beside the windows.
  struct Settings {
    var schema: FeatureSchema
    var policy: Policy
    var feedback: Double
    /// How many schemas the kind's alerts are for.
    var sharers: Int
    var seed: UInt64
    /// Of the bundle that comes out; data span, digest, rows and metrics are filled in here.
    var lineage: ModelLineage
    /// Seconds that the site's clock is ahead of UTC at a moment.
    var offset: (Timestamp) -> Int
    /// Called as work goes on: what is done, of how much.
    var progress: (TrainingProgress) async throws -> Void
    var digest: ([Float]) -> [UInt8]
  }

  private let settings: Settings
  private let windows: TrainingWindows
  private let split: Timestamp
  private var peers: PeerBaseline
  private var groupPeers: [String: PeerBaseline]
  private var scorers: [EntityScorer]
  private var reservoir: UniformReservoir
  private var maxima: [DailyScore] = []
  /// A model that was made elsewhere, in place of one that is fitted here, and its scores of the earlier part.
  private let imported: (bundle: ModelBundle, bound: BoundModel)?
  private var importedScores: [Double] = []

  private var schema: FeatureSchema { settings.schema }
  private var scales: [Scale] { AlertBudget.scales(of: schema) }

  /// - Parameter imported: a model that was made elsewhere; nil: one is fitted on the windows.
  ///
  /// Refuses too few days (`too-little-data`), and what an imported model reads that the schema has not, as `BoundModel`.
  init(_ windows: TrainingWindows, _ settings: Settings, imported: ModelBundle? = nil) throws(CordonError) {
    let starts = windows.entities.flatMap { [$0.first?.start, $0.last?.start].compactMap(\.self) }
    guard let first = starts.min(), let last = starts.max(),
      DailyMaximum.day(of: last) - DailyMaximum.day(of: first) + 1 >= Self.leastDays
    else {
      throw CordonError(
        .invalid, "too-little-data",
        "There are fewer than \(Self.leastDays) days of \(settings.schema.name) windows outside incidents.",
        remedy: "Let agents report for some days, then train again.")
    }
    if let imported {
      self.imported = (imported, try BoundModel(imported, to: settings.schema, digest: \.digest))
    } else {
      self.imported = nil
    }
    self.settings = settings
    self.windows = windows
    // The calibration needs entity-days as much as the model needs rows: half and half, in whole days.
    // By windows and not by the calendar: after a long gap, or from a clock astray, one window would move the middle.
    let middle = Self.median(windows.entities.flatMap { $0.map(\.start.milliseconds) })
    split = Timestamp(milliseconds: middle.flooredDivision(by: Self.dayMilliseconds) * Self.dayMilliseconds)
    let features = settings.schema.features.count
    peers = PeerBaseline(featureCount: features)
    groupPeers = Dictionary(
      uniqueKeysWithValues: Self.groups(of: windows).map { ($0, PeerBaseline(featureCount: features)) })
    scorers = windows.entities.map { _ in
      EntityScorer(featureCount: features, scales: AlertBudget.scales(of: settings.schema))
    }
    reservoir = UniformReservoir(capacity: Self.sampleRows, columns: 2 * features, seed: settings.seed)
  }

  private static func median(_ values: [Int64]) -> Int64 { values.sorted()[values.count / 2] }

  /// The candidate. Throws what trainers and the bundle throw.
  mutating func run() async throws -> ModelBundle {
    try await learnPeers()
    try await replayEarlier()
    try await settings.progress(TrainingProgress(phase: .fit, done: 0, total: 1))
    let sample = reservoir.sample
    let model = try model(of: sample)
    let bare = try bundle(model, thresholds: [], metrics: [], sample: sample)
    let bound = try BoundModel(bare, to: schema, digest: \.digest)
    try await replayLater(bound)
    let entities = Set(maxima.map(\.entity)).count
    let outlook = ThresholdDesk.outlook(
      maxima, of: schema, entities: max(entities, windows.known), policy: settings.policy, feedback: settings.feedback,
      sharers: settings.sharers)
    let thresholds = outlook.map(Self.threshold)
    return try bundle(
      model, thresholds: thresholds, metrics: metrics(outlook, entities: entities, bound), sample: sample)
  }

  // MARK: Private

  /// Fitted here; one that was imported keeps its numbers, and gets the way from them to nats.
  private func model(of sample: FeatureMatrix) throws(CordonError) -> FlatModel {
    guard let imported else { return .ensemble(try BehaviourTrainer().fit(sample, seed: settings.seed)) }
    let member = ModelEnsemble.Member(
      model: imported.bundle.model, calibration: try BehaviourTrainer.calibration(importedScores))
    guard let ensemble = ModelEnsemble(members: [member]) else {
      throw CordonError(
        .invalid, "model-kind", "The imported model is itself an ensemble.", remedy: "Import one of its members.")
    }
    return .ensemble(ensemble)
  }

  /// The groups with members enough, the largest where there are too many.
  static func groups(of windows: TrainingWindows) -> [String] {
    let members = windows.entities.compactMap { $0.first.flatMap { windows.groups[$0.entity] } }
    let sizes = Dictionary(members.map { ($0, 1) }, uniquingKeysWith: +).filter { $0.value >= leastMembers }
    return sizes.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(ModelBundle.groupLimit).map(\.key)
  }

  /// The group whose own peers an entity has; empty for one that is compared with everyone.
  private func group(of entity: [EntityWindow]) -> String? {
    entity.first.flatMap { windows.groups[$0.entity] }.flatMap { groupPeers[$0] == nil ? nil : $0 }
  }

  private func peers(of entity: [EntityWindow]) -> PeerBaseline {
    group(of: entity).flatMap { groupPeers[$0] } ?? peers
  }

  private mutating func learnPeers() async throws {
    for (index, entity) in windows.entities.enumerated() {
      let group = group(of: entity)
      var end: Timestamp?
      for window in entity where window.start < split {
        let offset = settings.offset(window.start)
        for empty in EntityScorer.emptyWindows(from: end, to: window, offset: offset) {
          peers.learnEmpty(empty.count, at: empty.hour)
          if let group { groupPeers[group]?.learnEmpty(empty.count, at: empty.hour) }
        }
        end = window.start.advanced(by: .milliseconds(Int64(window.length)))
        let values = zip(schema.features, window.features).map { $0.transform.value(of: $1) }
        let hour = HourOfWeek(window.start, offset: offset)
        peers.learn(values, at: hour)
        if let group { groupPeers[group]?.learn(values, at: hour) }
      }
      try await settings.progress(TrainingProgress(phase: .peers, done: index + 1, total: windows.entities.count))
    }
  }

  private mutating func replayEarlier() async throws {
    for (index, entity) in windows.entities.enumerated() {
      let peers = peers(of: entity)
      for window in entity where window.start < split {
        let score = try scorers[index].score(
          window, schema: schema, offset: settings.offset(window.start), peers: peers)
        reservoir.insert(
          zip(schema.features, window.features).map { $0.transform.value(of: $1) }
            + score.residuals.map { Float($0.surprise) })
        if let imported {
          importedScores.append(imported.bound.score(window.features, surprises: score.residuals.map(\.surprise)))
        }
      }
      try await settings.progress(TrainingProgress(phase: .replay, done: index + 1, total: windows.entities.count))
    }
  }

  private mutating func replayLater(_ model: BoundModel) async throws {
    for (index, entity) in windows.entities.enumerated() {
      guard let name = entity.first?.entity else { continue }
      let peers = peers(of: entity)
      var tracker = DailyMaximumTracker(entity: name, scales: scales)
      var days: [DailyMaximum] = []
      for window in entity where window.start >= split {
        let offset = settings.offset(window.start)
        let score = try scorers[index].score(window, schema: schema, offset: offset, peers: peers, model: model)
        // Who is new yet is unlike those who will be judged by these thresholds.
        guard score.isMatured else { continue }
        days += tracker.observe(score.scales, day: DailyMaximum.day(of: window.start, offset: offset))
      }
      // The day on which the data ends is not over: only finished days are comparable.
      maxima += days.map {
        DailyScore(
          entity: $0.entity, schema: schema.id, model: 0, scale: $0.scale.rawValue, day: $0.day, score: $0.score)
      }
      try await settings.progress(TrainingProgress(phase: .calibrate, done: index + 1, total: windows.entities.count))
    }
  }

  private static func threshold(_ outlook: ThresholdDesk.Outlook) -> ScaleThreshold {
    let share = min(outlook.rate, 1)
    return switch outlook.result {
    case .feasible(let threshold, let rank, let days):
      ScaleThreshold(
        scale: outlook.scale.code, threshold: threshold, budgetShare: share, entityDays: UInt64(days),
        rank: UInt32(rank))
    case .infeasible(_, let days):
      ScaleThreshold(
        scale: outlook.scale.code, threshold: nil, budgetShare: share, entityDays: UInt64(days), rank: 0)
    }
  }

  private func metrics(
    _ outlook: [ThresholdDesk.Outlook], entities: Int, _ model: BoundModel
  ) throws -> [ModelLineage.Metric] {
    var metrics = [
      ModelLineage.Metric(name: "entities", value: Double(entities)),
      ModelLineage.Metric(name: "entity_days", value: Double(maxima.count / max(1, scales.count))),
      ModelLineage.Metric(name: "windows_read", value: Double(windows.read)),
      ModelLineage.Metric(name: "windows_excluded", value: Double(windows.excluded)),
      ModelLineage.Metric(name: "label_factor", value: settings.feedback),
    ]
    for scale in outlook {
      guard let least = scale.leastBudget else { continue }
      metrics.append(ModelLineage.Metric(name: "least_budget_\(scale.scale.code)", value: least))
    }
    if let flagged = try canaryShare(outlook, model) {
      metrics.append(ModelLineage.Metric(name: "canaries_flagged", value: flagged))
    }
    return metrics
  }

  /// Share of the policy's canary windows that pass the shortest scale's threshold; nil without either.
  private func canaryShare(_ outlook: [ThresholdDesk.Outlook], _ model: BoundModel) throws -> Double? {
    let canaries = settings.policy.learning.canaries.filter { $0.schema == schema.id }.compactMap(\.features)
    guard let threshold = outlook.first?.result.threshold, !canaries.isEmpty else { return nil }
    var tried = 0
    var flagged = 0
    for (scorer, entity) in zip(scorers, windows.entities).prefix(Self.canaryEntities) {
      guard let last = entity.last else { continue }
      for canary in canaries {
        var window = last
        window.features = canary
        var copy = scorer
        let score = try copy.score(
          window, schema: schema, offset: settings.offset(window.start), peers: peers(of: entity), model: model,
          learns: false)
        tried += 1
        if score.score > threshold { flagged += 1 }
      }
    }
    return tried > 0 ? Double(flagged) / Double(tried) : nil
  }

  private func bundle(
    _ model: FlatModel, thresholds: [ScaleThreshold], metrics: [ModelLineage.Metric], sample: FeatureMatrix
  ) throws(CordonError) -> ModelBundle {
    var lineage = settings.lineage
    lineage.dataFrom = windows.entities.compactMap { $0.first?.start }.min() ?? .epoch
    lineage.dataTo =
      windows.entities.compactMap(\.last).map { $0.start.advanced(by: .milliseconds(Int64($0.length))) }.max()
      ?? .epoch
    lineage.sampleDigest = settings.digest(sample.values)
    lineage.rows = UInt64(sample.rows)
    lineage.metrics = metrics
    let features =
      imported?.bundle.features
      ?? schema.features.map {
        ModelBundle.Feature(id: $0.id, digest: $0.digest, transform: $0.transform, name: $0.name)
      }
    return try ModelBundle(
      schema: schema.id, features: features, readsSurprises: imported?.bundle.readsSurprises ?? true, model: model,
      thresholds: thresholds, lineage: lineage,
      purpose: imported?.bundle.purpose
        ?? "Tells behaviour of \(schema.name) that is unusual for the entity and its peers.",
      onnxDigest: imported?.bundle.onnxDigest ?? [], seed: imported?.bundle.seed ?? settings.seed,
      peers: peers, groupPeers: groupPeers)
  }
}

/// How far a training has come.
package struct TrainingProgress: Hashable, Sendable {
  /// Raw values are shown.
  package enum Phase: String, Sendable, CaseIterable {
    case read
    case peers = "learn peers"
    case replay = "learn entities"
    case fit
    case calibrate
  }

  package var phase: Phase
  package var done: Int
  package var total: Int

  package init(phase: Phase, done: Int, total: Int) {
    self.phase = phase
    self.done = done
    self.total = total
  }
}
