import CordonCollector
import CordonCore
import CordonLedger
import CordonServices
import CordonStore
import CordonTestSupport
import CordonTrust
import CordonWire
import GRPCCore
import GRPCInProcessTransport
import Logging

/// A whole collector over gRPC's in-process transport, with a site and operators minted for it.
struct TestCollector: Sendable {
  typealias Client = GRPCClient<InProcessTransport.Client>
  typealias Transport = PeerServerTransport<InProcessTransport.Server>

  let folder: String
  let clock: FakeClock
  let site: SiteAuthority
  let identity: CollectorIdentity
  let domain: CollectorDomain
  let ledger: LedgerScribe
  /// A clinical approver's authority key, in the roster from the start.
  let clara: AuthoritySigningKey
  /// May ask for names.
  static let uma = AuthoritySigningKey()
  /// The privacy officer.
  static let paul = AuthoritySigningKey()

  /// Builds one in a folder of its own; its intake runs while the body does.
  static func with(
    at start: Timestamp = FakeClock.start, ingest: IngestSettings = IngestSettings(),
    _ body: @Sendable @escaping (TestCollector) async throws -> Void
  ) async throws {
    try await withTemporaryFolder { folder in
      let collector = try await make(in: folder, clock: FakeClock(at: start), ingest: ingest)
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await collector.domain.ingest.run() }
        group.addTask { try await body(collector) }
        // The intake ends when its task is cancelled; the body's end is the test's.
        try await group.next()
        group.cancelAll()
      }
    }
  }

  private static func make(
    in folder: String, clock: FakeClock, ingest: IngestSettings
  ) async throws -> TestCollector {
    var randomness = SeededRandomness(seed: 7)
    var settings = SiteAuthority.Settings(
      site: "St. Elsewhere", domain: try TrustDomain("st-elsewhere.example"),
      rootHolders: ["root-1", "root-2", "root-3"], rootThreshold: 2, operatorName: "ann")
    settings.operatorRoles = [.admin, .analyst, .responder]
    let site = try SiteAuthority.create(settings, at: clock.now, randomness: &randomness)
    let request = try CollectorIdentity.prepare(
      in: folder, name: "main", names: try ServerNames(dns: ["localhost"], addresses: [[127, 0, 0, 1]]))
    let clara = AuthoritySigningKey()
    var roster = try EnvelopeVerifier.bootstrap(site.roster).adding(standingKeyOf: request)
    roster.keys.append(try clara.entry(holder: "clara", roles: [.clinical]))
    roster.keys.append(try uma.entry(holder: "uma", roles: [.unseal]))
    roster.keys.append(try paul.entry(holder: "paul", roles: [.privacy]))
    let grant = try CollectorGrant(
      request, by: site.certificateRoot, domain: settings.domain,
      roster: try roster.sealed(by: Array(site.rootKeys.prefix(2))),
      operators: [
        CollectorGrant.Operator(name: "ann", roles: settings.operatorRoles),
        CollectorGrant.Operator(name: "vera", roles: [.viewer]),
        CollectorGrant.Operator(name: "clara", roles: [.clinicalApprover]),
        CollectorGrant.Operator(name: "aude", roles: [.auditor]),
        CollectorGrant.Operator(name: "uma", roles: [.analyst]),
        CollectorGrant.Operator(name: "paul", roles: [.privacyOfficer]),
      ], at: clock.now)
    let identity = try await CollectorIdentity.accept(grant, in: folder, at: clock.now)
    try LedgerKeyFile.create(in: folder)
    return try await open(folder, clock: clock, site: site, identity: identity, clara: clara, ingest: ingest)
  }

  /// Opens what a folder holds, as a restarted program does.
  static func open(
    _ folder: String, clock: FakeClock, site: SiteAuthority, identity: CollectorIdentity, clara: AuthoritySigningKey,
    ingest: IngestSettings = IngestSettings()
  ) async throws -> TestCollector {
    let context = CollectorContext(
      name: try identity.name, version: "test", identity: identity,
      trust: try TrustStore(domain: identity.grant.domain, roots: identity.grant.roots),
      store: try CollectorFolder.openStore(in: folder), clock: clock, steady: clock.steady,
      ids: IdentifierSource(), logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    let ledger = try await LedgerScribe.open(
      context, signer: try LedgerKeyFile.load(from: folder, domain: identity.grant.domain))
    return TestCollector(
      folder: folder, clock: clock, site: site, identity: identity,
      domain: try await CollectorDomain.open(context, codec: .wire, ingest: ingest), ledger: ledger, clara: clara)
  }

  // MARK: Callers

  /// A peer as the transport's verifier would derive it.
  func peer(_ identity: PeerIdentity, key: IdentityKey = IdentityKey()) -> AuthenticatedPeer {
    AuthenticatedPeer(identity: identity, keyDigest: key.digest, notAfter: clock.now.advanced(by: .seconds(86_400)))
  }

  func person(_ name: String) -> AuthenticatedPeer { peer(.operator(name)) }

  /// Calls the port of agents and operators.
  func calling<Value: Sendable>(
    as peer: AuthenticatedPeer?, _ body: @Sendable @escaping (Client) async throws -> Value
  ) async throws -> Value {
    try await call(peer, onEnrolmentPort: false, body)
  }

  /// Calls the enrolment port, where nobody has a certificate.
  func enrolling<Value: Sendable>(
    _ body: @Sendable @escaping (Client) async throws -> Value
  ) async throws -> Value {
    try await call(nil, onEnrolmentPort: true, body)
  }

  private func call<Value: Sendable>(
    _ peer: AuthenticatedPeer?, onEnrolmentPort: Bool, _ body: @Sendable @escaping (Client) async throws -> Value
  ) async throws -> Value {
    let uplink = InProcessTransport()
    let enrolment = InProcessTransport()
    let server = CollectorServer(
      domain, ledger: ledger, uplink: PeerServerTransport(uplink.server) { _ in peer },
      enrolment: PeerServerTransport(enrolment.server) { _ in nil }, logger: domain.context.logger)
    let client = GRPCClient(transport: onEnrolmentPort ? enrolment.client : uplink.client)
    return try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await (onEnrolmentPort ? server.enrolment : server.uplink).serve() }
      group.addTask { try await client.runConnections() }
      let result: Result<Value, any Error>
      do {
        result = .success(try await body(client))
      } catch {
        result = .failure((error as? RPCError).map { CordonError($0) } ?? error)
      }
      client.beginGracefulShutdown()
      group.cancelAll()
      while let _ = await group.nextResult() {}
      return try result.get()
    }
  }
}
