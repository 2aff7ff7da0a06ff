import CordonCollector
import CordonCore
import CordonRuntime
import CordonServices
import CordonTrust
import GRPCCore
import Logging
import ServiceLifecycle

/// A collector, built and not yet running: its folder, its store, its services, its ports.
struct CollectorAssembly: Sendable {
  let domain: CollectorDomain
  let live: LiveIdentity
  let services: [any Service]
  private let uplink: CordonServerTransport
  private let enrolment: CordonServerTransport

  /// Reads the folder, opens the store, and wires everything; nothing listens before `services` run.
  static func build(
    _ settings: CollectorSettings, clock: any WallClock, logger: Logger
  ) async throws -> CollectorAssembly {
    let identity = try CollectorIdentity.load(from: settings.state)
    let live = try LiveIdentity(
      chain: try CollectorIdentity.currentChain(in: settings.state), key: identity.identityKey)
    let trust = try TrustStore(domain: identity.grant.domain, roots: identity.grant.roots)
    let context = CollectorContext(
      name: try identity.name, version: CollectorProgram.version, identity: identity, trust: trust,
      store: try CollectorFolder.openStore(in: settings.state), clock: clock, steady: SteadyClock(from: clock.now),
      ids: IdentifierSource(), logger: logger, certificateNotAfter: { live.current.chain.notAfter })
    let signer = try LedgerKeyFile.load(from: settings.state, domain: identity.grant.domain)
    let ledger = try await LedgerScribe.open(context, signer: signer)
    let domain = try await CollectorDomain.open(context, codec: .wire, ingest: settings.ingest)
    var randomness = SystemRandomNumberGenerator()
    var limits = TransportLimits()
    limits.connections = settings.connections
    let refused: @Sendable (CordonError) -> Void = { error in
      logger.info("connection refused", metadata: ["code": "\(error.code)", "error": "\(error.message)"])
    }
    let uplink = try ServerTransports.mutual(
      on: settings.uplink, as: live,
      guardian: ConnectionGuardian(
        trust: trust, clock: clock, accepting: [.agent, .operator], usage: .client, limits: limits,
        registry: ConnectionRegistry(trust: trust, limits: limits), onRefusal: refused),
      randomness: &randomness)
    let enrolment = try ServerTransports.enrolment(
      on: settings.enrolment, as: live,
      guardian: ConnectionGuardian(
        trust: trust, clock: clock, accepting: [], usage: .client, limits: limits, onRefusal: refused),
      randomness: &randomness)
    let server = CollectorServer(domain, ledger: ledger, uplink: uplink, enrolment: enrolment, logger: logger)
    let renewal = IdentityRenewal(context: context, live: live, folder: settings.state)
    let maintenance = domain.maintenance(windowDays: settings.windowDays, hourDays: settings.hourDays)
    // They stop in the reverse order: streams end first, then servers drain, what came in is committed and drawn
    // conclusions from, and the ledger takes the last decisions.
    let services: [any Service] =
      [ledger, domain.ingest, domain.cases, GRPCServerService(server.enrolment), GRPCServerService(server.uplink)]
      + [maintenance, domain.users, domain.rollout, domain.hub, domain.silence]
      + [TaskService("identity renewal") { try await renewal.run() }]
    return CollectorAssembly(domain: domain, live: live, services: services, uplink: uplink, enrolment: enrolment)
  }

  /// Where the servers listen, once they do.
  func listening() async throws -> (uplink: NetworkEndpoint, enrolment: NetworkEndpoint) {
    (try await uplink.listeningEndpoint, try await enrolment.listeningEndpoint)
  }
}
