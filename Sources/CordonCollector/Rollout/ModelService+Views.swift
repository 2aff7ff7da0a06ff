package import CordonCore
import CordonLearning
import CordonStore

extension ModelService {
  /// A model with what became of it.
  package struct View: Sendable {
    package var record: ModelRecord
    package var lineage: ModelLineage
    package var thresholds: [ScaleThreshold]
    /// What kind of model it is, and of an ensemble's members.
    package var kinds: [String]
    package var offers: [OfferRecord]
    /// How many agents say of it what.
    package var uses: [ModelUse.State: Int]
    /// Why agents refuse it: label, code, message.
    package var refusals: [(label: String, code: String, message: String)]
  }

  /// A feature whose values have changed since training.
  package struct Drift: Hashable, Sendable {
    package var feature: String
    package var index: Double
    package var bound: Double
  }

  /// Refusals that a view tells.
  private static let mostRefusals = 20
  /// Windows that drift is judged on.
  private static let mostDriftWindows = 50_000
  /// Days of receipt that are compared with the training's.
  private static let driftDays: Int64 = 7

  /// Newest first, of one schema or of all.
  package func list(_ name: String?) async throws -> [View] {
    let schema = try name.map { try ModelTraining.schema(named: $0) }
    let agents = try await context.store.agents()
    var views: [View] = []
    for record in try await context.store.models(schema: schema?.id) {
      views.append(try await view(record, agents: agents))
    }
    return views
  }

  /// Code: `model-unknown`.
  package func show(_ id: UniqueID) async throws -> View {
    try await view(try await require(id), agents: try await context.store.agents())
  }

  /// What a model would have alerted since agents report it.
  package func shadowReport(_ record: ModelRecord) async throws -> ShadowReport {
    let policy = authority.policy(of: "")
    let maxima = try await context.store.dailyScores(schema: record.schema, model: record.number, from: .min)
    let kind = FeatureSchema.withID(record.schema)?.entity
    let labels = try await context.store.behaviourDetections(since: record.createdAt).filter {
      $0.verdict != nil && $0.detection.entities.first?.entity.kind == kind
    }
    return ShadowReport(
      maxima, thresholds: try codec.decode(record.payload).thresholds, labels: labels,
      rateFactor: Double(policy.learning.rateFactor),
      day: { DailyMaximum.day(of: $0, offset: SiteTime.offset(in: policy.timeZone, at: $0)) })
  }

  /// Features whose positive values of the last week differ from those that the model was trained on, worst first.
  package func drift(_ record: ModelRecord) async throws -> [Drift] {
    guard let schema = FeatureSchema.withID(record.schema), let reference = try codec.decode(record.payload).peers
    else { return [] }
    let current = RecentValues(schema: schema, most: Self.mostDriftWindows)
    try await context.store.forEachWindow(
      receivedSince: context.now.advanced(by: .seconds(-Self.driftDays * 86_400))
    ) { stored in current.take(stored.window) }
    return zip(schema.features, reference.drift(to: current.baseline)).compactMap { feature, result in
      guard let result, result.hasDrifted else { return nil }
      return Drift(feature: feature.name, index: result.index, bound: result.bound)
    }.sorted { $0.index > $1.index }
  }

  private func view(_ record: ModelRecord, agents: [AgentRecord]) async throws -> View {
    let bundle = try codec.decode(record.payload)
    var uses: [ModelUse.State: Int] = [:]
    var refusals: [(label: String, code: String, message: String)] = []
    for agent in agents where !record.digest.isEmpty {
      guard let use = agent.heartbeat?.models.first(where: { $0.digest == record.digest }) else { continue }
      uses[use.state, default: 0] += 1
      if use.state == .refused, refusals.count < Self.mostRefusals {
        refusals.append((agent.label, use.code, use.message))
      }
    }
    return View(
      record: record, lineage: bundle.lineage, thresholds: bundle.thresholds, kinds: Self.kinds(bundle.model),
      offers: try await context.store.offers(schema: record.schema).filter { $0.model == record.id }, uses: uses,
      refusals: refusals)
  }

  private static func kinds(_ model: FlatModel) -> [String] {
    guard case .ensemble(let ensemble) = model else { return [model.name] }
    return ensemble.members.map(\.model.name)
  }
}
