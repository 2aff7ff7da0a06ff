import CordonCore
import CordonRuntime
import CordonTestSupport
import CordonTrust
import CordonWire
import GRPCCore
import GRPCNIOTransportHTTP2Posix
import Testing

@Suite(.serialized, .timeLimit(.minutes(1))) struct EnrolmentTransportTests {
  private let enroll = Cordon_V1_Enrollment.Method.Enroll.descriptor
  private let status = Cordon_V1_Admin.Method.GetStatus.descriptor

  private func run(
    _ site: TestSite, as identity: LiveIdentity, _ body: (NetworkEndpoint) async throws -> Void
  ) async throws {
    let guardian = ConnectionGuardian(trust: try site.trust(), clock: FakeClock(), accepting: [], usage: .client)
    var randomness = SeededRandomness(seed: 1)
    let transport = try ServerTransports.enrolment(
      on: NetworkEndpoint("127.0.0.1:0"), as: identity, guardian: guardian, randomness: &randomness)
    let access = AccessInterceptor(trust: try site.trust(), clock: FakeClock()) { _, _ in [] }
    try await withGRPCServer(
      transport: transport, services: [ProbeService(methods: [enroll, status])], interceptors: [access]
    ) { _ in try await body(try await transport.listeningEndpoint) }
  }

  private func call(_ method: MethodDescriptor, at endpoint: NetworkEndpoint, trusting trust: TrustStore) async throws
    -> String
  {
    let guardian = ConnectionGuardian(trust: trust, clock: FakeClock(), accepting: [.collector], usage: .server)
    let transport = try ClientTransports.enrolment(to: endpoint, guardian: guardian)
    return try await withGRPCClient(transport: transport) { try await LoopbackServer.call(method, through: $0) }
  }

  @Test func callersNeedNoCertificateAndMayOnlyEnrol() async throws {
    let site = try TestSite()
    try await run(site, as: try site.collector()) { endpoint in
      let answer = try await call(enroll, at: endpoint, trusting: try site.trust())
      #expect(answer == "nobody")
      await expectDenied("unauthenticated") { _ = try await call(status, at: endpoint, trusting: try site.trust()) }
    }
  }

  @Test func theServerMustBeACollectorOfTheSite() async throws {
    let site = try TestSite()
    try await run(site, as: try site.collector()) { endpoint in
      await expectUnavailable { _ = try await call(enroll, at: endpoint, trusting: try TestSite().trust()) }
    }
    try await run(site, as: try site.agent()) { endpoint in
      await expectUnavailable { _ = try await call(enroll, at: endpoint, trusting: try site.trust()) }
    }
  }
}
