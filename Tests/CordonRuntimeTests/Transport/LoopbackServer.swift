import CordonCore
import CordonRuntime
import CordonTestSupport
import CordonTrust
import CordonWire
import GRPCCore
import GRPCNIOTransportHTTP2Posix
import Synchronization

/// A collector's server on loopback with real TLS, and clients of every kind against it.
struct LoopbackServer: Sendable {
  let site: TestSite
  let trust: TrustStore
  let clock: FakeClock
  let registry: ConnectionRegistry
  let refusals: Refusals
  /// What its clients' guardians reported.
  let told = Refusals()
  let endpoint: NetworkEndpoint

  /// What a guardian refused.
  final class Refusals: Sendable {
    private let codes = Mutex<[String]>([])

    var all: [String] { codes.withLock { $0 } }

    func note(_ error: CordonError) { codes.withLock { $0.append(error.code) } }

    /// Waits until a code shows up, or five seconds have gone.
    func contains(_ code: String) async -> Bool { await until { all.contains(code) } }
  }

  static let methods = [
    Cordon_V1_Uplink.Method.Connect.descriptor, Cordon_V1_Admin.Method.GetStatus.descriptor,
    Cordon_V1_Admin.Method.CreateToken.descriptor, Cordon_V1_Identity.Method.Renew.descriptor,
  ]

  static func run(
    site: TestSite? = nil, as identity: LiveIdentity? = nil, limits: TransportLimits = TransportLimits(),
    roles: @escaping @Sendable (String) -> Set<OperatorRole> = { _ in [] },
    _ body: (LoopbackServer) async throws -> Void
  ) async throws {
    let site = try site ?? TestSite()
    let clock = FakeClock()
    let trust = try site.trust()
    let registry = ConnectionRegistry(trust: trust, limits: limits)
    let refusals = Refusals()
    let guardian = ConnectionGuardian(
      trust: trust, clock: clock, accepting: [.agent, .operator], usage: .client, limits: limits, registry: registry,
      onRefusal: refusals.note)
    var randomness = SeededRandomness(seed: 1)
    let transport = try ServerTransports.mutual(
      on: NetworkEndpoint("127.0.0.1:0"), as: try identity ?? site.collector(), guardian: guardian,
      randomness: &randomness)
    let access = AccessInterceptor(trust: trust, clock: clock) { name, _ in roles(name) }
    try await withGRPCServer(
      transport: transport, services: [ProbeService(methods: methods)], interceptors: [access]
    ) { _ in
      try await body(
        LoopbackServer(
          site: site, trust: trust, clock: clock, registry: registry, refusals: refusals,
          endpoint: try await transport.listeningEndpoint))
    }
  }

  /// A client as it should be, but for what the test makes wrong.
  func withClient<Result: Sendable>(
    as identity: LiveIdentity, trusting other: TrustStore? = nil,
    _ body: (GRPCClient<HTTP2ClientTransport.Posix>) async throws -> Result
  ) async throws -> Result {
    let guardian = ConnectionGuardian(
      trust: try other ?? site.trust(), clock: clock, accepting: [.collector], usage: .server,
      onRefusal: told.note)
    let transport = try ClientTransports.mutual(to: endpoint, as: identity, guardian: guardian)
    return try await withGRPCClient(transport: transport) { try await body($0) }
  }

  /// The answer to one call, or what refused it.
  func call(_ method: MethodDescriptor, as identity: LiveIdentity, trusting other: TrustStore? = nil) async throws
    -> String
  {
    try await withClient(as: identity, trusting: other) { try await Self.call(method, through: $0) }
  }

  static func call(
    _ method: MethodDescriptor, through client: GRPCClient<HTTP2ClientTransport.Posix>, sending message: [UInt8] = []
  ) async throws -> String {
    var options = CallOptions.defaults
    options.timeout = .seconds(5)
    options.waitForReady = false
    return try await client.unary(
      request: ClientRequest(message: message), descriptor: method, serializer: BytesCoding(),
      deserializer: BytesCoding(),
      options: options
    ) { String(decoding: try $0.message, as: UTF8.self) }
  }
}

/// Polls until a condition holds; false after five seconds.
func until(_ condition: () async -> Bool) async -> Bool {
  let deadline = ContinuousClock.now.advanced(by: .seconds(5))
  while ContinuousClock.now < deadline {
    if await condition() { return true }
    try? await Task.sleep(for: .milliseconds(10))
  }
  return await condition()
}
