import CordonAgent
import CordonCore
import CordonTestSupport
import CordonTrust
import CordonWire
import FoundationEssentials
import GRPCCore
import GRPCInProcessTransport
import Logging
import Testing

/// While the CA rolls, an agent knows by itself that its certificate is of the root that is going.
@Suite struct CertificateRenewalTests {
  @Test func aCertificateOfAnOlderRootIsBehind() async throws {
    let old = try TestSite()
    let new = try TestSite(at: FakeClock.start.advanced(by: .seconds(86_400)))
    let clock = FakeClock(at: FakeClock.start.advanced(by: .seconds(2 * 86_400)))
    let trust = try old.trust()
    func isBehind(_ live: LiveIdentity) async -> Bool {
      await CertificateRenewal<InProcessTransport.Client>(
        connector: { _ in }, identity: live, trust: trust, chainPath: "", clock: clock,
        logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
      ).isBehind()
    }
    let (before, after) = (try old.agent(), try new.agent())
    #expect(await !isBehind(before), "one root: no CA is rolling")
    let roots = [old.root.chain.leaf, new.root.chain.leaf]
    try trust.follow(TrustBundle(serial: 1, roots: roots))
    #expect(await isBehind(before))
    #expect(await !isBehind(after))
    try trust.follow(TrustBundle(serial: 2, roots: Array(roots.dropFirst())))
    #expect(await !isBehind(after))
  }

  /// A collector whose clock is ahead gives what nobody else accepts: the present certificate stays in use.
  @Test(arguments: [(Duration.zero, true), (.seconds(86_400), false)])
  func aCertificateThatIsNotValidYetIsNotPutToUse(ahead: Duration, isTaken: Bool) async throws {
    try await withTemporaryFolder { folder in
      let site = try TestSite()
      let live = try site.agent()
      let before = live.current.chain
      let clock = FakeClock(at: FakeClock.start.advanced(by: .seconds(21 * 86_400)))
      let issuer = RenewingCollector(authority: site.intermediate, now: clock.now.advanced(by: ahead))
      let renewal = CertificateRenewal<InProcessTransport.Client>(
        connector: { body in
          let transport = InProcessTransport()
          try await withGRPCServer(transport: transport.server, services: [issuer]) { server in
            try await withGRPCClient(transport: transport.client) { client in try await body(client) }
            server.beginGracefulShutdown()
          }
        }, identity: live, trust: try site.trust(), chainPath: "\(folder)/chain.pem", clock: clock,
        logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
      if isTaken {
        let chain = try await renewal.renew()
        #expect(live.current.chain.leaf == chain.leaf && chain.leaf != before.leaf)
      } else {
        let error = await #expect(throws: CordonError.self) { _ = try await renewal.renew() }
        #expect(error?.code == "clock")
        #expect(live.current.chain.leaf == before.leaf)
      }
    }
  }
}

/// Renews any agent's certificate by a clock of its own.
private struct RenewingCollector: Cordon_V1_Identity.SimpleServiceProtocol {
  let authority: CertificateAuthority
  let now: Timestamp

  func renew(request: Cordon_V1_RenewRequest, context: ServerContext) async throws -> Cordon_V1_RenewResponse {
    let wanted = try SigningRequest(der: [UInt8](request.csr))
    let chain = try authority.issue(.agent(wanted.keyDigest.agentID), for: wanted, at: now)
    var response = Cordon_V1_RenewResponse()
    response.chain = try chain.der.map { Data($0) }
    return response
  }

  func getTrustBundle(
    request: Cordon_V1_GetTrustBundleRequest, context: ServerContext
  ) async throws -> Cordon_V1_GetTrustBundleResponse { Cordon_V1_GetTrustBundleResponse() }
}
