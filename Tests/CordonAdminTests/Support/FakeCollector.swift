import CordonAdmin
import CordonCore
import CordonTestSupport
import CordonTrust
import CordonWire
import FoundationEssentials
import GRPCCore
import GRPCInProcessTransport
import Synchronization

/// A collector in this process: real envelopes and certificates, no store.
final class FakeCollector: AdminConnecting {
  struct State: Sendable {
    var grant: CollectorGrant?
    var roster: Envelope?
    var trust: Cordon_V1_Envelope?
    var agentsBehind: UInt64 = 0
    var policies: [String: Envelope] = [:]
    var agents: [Cordon_V1_Agent] = []
    var detections: [Cordon_V1_StoredDetection] = []
    var incidents: [Cordon_V1_GetIncidentResponse] = []
    var commands: [Cordon_V1_StoredCommand] = []
    var unseals: [Cordon_V1_StoredUnseal] = []
    /// Agents whose windows a detection was made of.
    var reporters: [String] = []
    var rotations: [KeyRotation] = []
    var tokens: [Cordon_V1_Token] = []
    var operators: [Cordon_V1_Operator] = []
    var findings: [Cordon_V1_Finding] = []
    var learning: [Cordon_V1_LearningStatus] = []
    var ledger: [Cordon_V1_LedgerEntry] = []
    var models: [Cordon_V1_GetModelResponse] = []
    var plan = Cordon_V1_PlanPromotionResponse()
    var labels: [Cordon_V1_LabelDetectionRequest] = []
    var labelled: [Cordon_V1_LabelledWindow] = []
    var promotions: [Cordon_V1_PromoteModelRequest] = []
    /// The bundle of the last model that was imported.
    var imported: [UInt8]?
    var ledgerEnd = Cordon_V1_LedgerChunk()
    /// Every call fails with it.
    var failure: CordonError?
    var calls: [String] = []
  }

  let clock: FakeClock
  let state = Mutex(State())
  private let folder = Mutex("")

  init(clock: FakeClock) { self.clock = clock }

  /// Makes a collector's keys, and has the harness's operator sign its request.
  func admit(to harness: CommandHarness) async throws {
    let request = try CollectorIdentity.prepare(in: harness.folder, name: "c1", names: ServerNames())
    try PrivateFile.create(at: harness.path("request"), holding: try request.serialized())
    let signed = await harness.run("site", "sign-collector", harness.path("request"), "--out", harness.path("grant"))
    guard signed.code == 0 else { throw CordonError(.defect, "admit", signed.errors) }
    let bytes = try PrivateFile.read(harness.path("grant"), most: 1 << 20)
    let grant = try CollectorGrant(serialized: bytes)
    _ = try await CollectorIdentity.accept(grant, in: harness.folder, at: clock.now)
    folder.withLock { $0 = harness.folder }
    state.withLock {
      $0.grant = grant
      $0.roster = grant.roster
    }
  }

  var identity: CollectorIdentity {
    get throws { try CollectorIdentity.load(from: folder.withLock { $0 }) }
  }

  var roster: Roster {
    get throws {
      guard let envelope = state.withLock({ $0.roster }) else { throw CordonError(.missing, "roster", "No roster.") }
      return try Roster(payload: envelope.payload)
    }
  }

  func withClients<Result: Sendable>(
    to collector: CollectorAccess, _ body: (CollectorClients) async throws -> Result
  ) async throws -> Result {
    let transport = InProcessTransport()
    let server = GRPCServer(
      transport: transport.server, services: [FakeAdminService(collector: self), FakeIdentityService(collector: self)])
    return try await withThrowingDiscardingTaskGroup { group in
      group.addTask { try await server.serve() }
      defer { server.beginGracefulShutdown() }
      return try await TransportConnector { _ in transport.client }.withClients(to: collector, body)
    }
  }

  /// Counts a call, and fails it where the test wants that.
  func note(_ call: String) throws {
    try state.withLock {
      $0.calls.append(call)
      if let failure = $0.failure { throw failure }
    }
  }
}

struct FakeIdentityService: Cordon_V1_Identity.SimpleServiceProtocol {
  let collector: FakeCollector

  func renew(request: Cordon_V1_RenewRequest, context: ServerContext) async throws -> Cordon_V1_RenewResponse {
    try collector.note("Renew")
    let identity = try collector.identity
    let chain = try identity.authority.issue(
      try PeerIdentity(.operator, "ann"), for: try SigningRequest(der: [UInt8](request.csr)), at: collector.clock.now)
    var response = Cordon_V1_RenewResponse()
    response.chain = try chain.der.map { Data($0) }
    return response
  }

  func getTrustBundle(
    request: Cordon_V1_GetTrustBundleRequest, context: ServerContext
  ) async throws -> Cordon_V1_GetTrustBundleResponse { .init() }
}
