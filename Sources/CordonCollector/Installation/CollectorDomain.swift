import CordonCore
package import CordonStore
import CordonTrust

extension CollectorStore: IngestStore {}

/// Every service of one collector, wired; transports come around it.
package struct CollectorDomain: Sendable {
  package let context: CollectorContext
  package let authority: AuthorityBook
  package let trust: TrustBook
  package let hub: UplinkHub
  package let ingest: IngestService
  package let cases: CaseService
  package let casebook: CaseBook
  package let commands: CommandService
  package let unseals: UnsealService
  package let keyRotation: KeyRotationService
  package let enrolment: EnrolmentService
  package let fleet: FleetService
  package let operators: OperatorService
  package let status: StatusService
  package let artifacts: ArtifactService
  package let silence: SilenceService
  package let users: UserScoringService
  package let training: ModelTraining
  package let models: ModelService
  package let rollout: RolloutService

  /// Reads what the store holds, writes down what the grant says, and revokes what is revoked.
  ///
  /// - Parameter codec: how bundles are written and read, which the domain does not know.
  package static func open(
    _ context: CollectorContext, codec: ModelCodec, ingest settings: IngestSettings = IngestSettings()
  ) async throws -> CollectorDomain {
    try await revoke(in: context)
    let authority = try await AuthorityBook.open(context)
    let trust = try await TrustBook.open(context, authority: authority)
    let hub = UplinkHub(context: context, authority: authority, trust: trust)
    let standing = StandingOrders(context: context, authority: authority)
    try await standing.restore()
    let champions = ChampionBook(store: context.store, codec: codec)
    let cases = CaseService(
      context: context, authority: authority, hub: hub, standing: standing,
      rarity: RarityDesk(context: context, authority: authority, champions: champions))
    let ingest = IngestService(store: context.store, clock: context.clock, settings: settings) { stored in
      if stored.contains(where: { $0.lane != .window }) { cases.wake() }
    }
    let operators = OperatorService(context: context)
    try await operators.admitGranted()
    try await context.store.clearSessions(of: context.name)
    let thresholds = ThresholdDesk(store: context.store)
    let training = ModelTraining(context: context, authority: authority, codec: codec)
    let models = ModelService(
      context: context, authority: authority, hub: hub, codec: codec, thresholds: thresholds)
    return CollectorDomain(
      context: context, authority: authority, trust: trust, hub: hub, ingest: ingest, cases: cases,
      casebook: CaseBook(context: context, cases: cases),
      commands: CommandService(context: context, authority: authority, hub: hub),
      unseals: UnsealService(context: context, authority: authority, hub: hub),
      keyRotation: KeyRotationService(context: context, authority: authority, hub: hub),
      enrolment: EnrolmentService(context: context, authority: authority),
      fleet: FleetService(context: context, hub: hub), operators: operators,
      status: StatusService(
        context: context, authority: authority, hub: hub, ingest: ingest,
        learning: LearningReport(
          context: context, authority: authority, thresholds: thresholds, champions: champions)),
      artifacts: ArtifactService(context: context),
      silence: SilenceService(context: context, authority: authority, hub: hub, cases: cases),
      users: UserScoringService(
        context: context, authority: authority, cases: cases, thresholds: thresholds, champions: champions),
      training: training, models: models,
      rollout: RolloutService(
        context: context, authority: authority, hub: hub, models: models, training: training))
  }

  /// What keeps the store in order; days of windows, and of entities' hours, that are kept.
  package func maintenance(windowDays: Int, hourDays: Int) -> StoreUpkeep {
    StoreUpkeep(context: context, retention: RetentionSettings(windowDays: windowDays, hourDays: hourDays))
  }

  /// Reads again what the store says is revoked; connections of what is revoked since close. How many identities are.
  package func reloadRevocations() async throws -> Int {
    try await Self.revoke(in: context)
    return context.trust.contents.revokedIdentities.count
  }

  private static func revoke(in context: CollectorContext) async throws {
    var identities: Set<PeerIdentity> = []
    for agent in try await context.store.agents() where agent.state != .enrolled { identities.insert(.agent(agent.id)) }
    for person in try await context.store.operators() where person.isRevoked {
      identities.insert(try PeerIdentity(.operator, person.name))
    }
    let keys = Set(try await context.store.revokedKeyDigests().compactMap { KeyDigest(bytes: $0) })
    context.trust.setRevoked(keys: keys, identities: identities)
  }
}
