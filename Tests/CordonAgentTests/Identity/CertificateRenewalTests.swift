import CordonAgent
import CordonCore
import CordonTestSupport
import CordonTrust
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
}
