import CordonCore
import CordonTestSupport
import CordonTrust
import Testing

@Suite struct RenewalTests {
  @Test func isDueFromTwoThirdsOfItsLifeWithJitter() {
    var randomness = SeededRandomness(seed: 11)
    let start = FakeClock.start
    let end = start.advanced(by: .seconds(30 * 86_400))
    var seen: Set<Timestamp> = []
    for _ in 0..<1000 {
      let due = RenewalRule.due(notBefore: start, notAfter: end, randomness: &randomness)
      #expect(due >= start.advanced(by: .seconds(20 * 86_400)))
      #expect(due <= start.advanced(by: .seconds(25 * 86_400)))
      seen.insert(due)
    }
    #expect(seen.count > 900)
    // A certificate that ends before it begins must not trap.
    _ = RenewalRule.due(notBefore: end, notAfter: start, randomness: &randomness)
  }

  private struct Lapsed {
    let site: TestSite
    let trust: TrustStore
    let agent: LiveIdentity
    let end: Timestamp

    init() throws {
      site = try TestSite()
      trust = try site.trust()
      agent = try site.agent(lifetime: .seconds(86_400))
      end = agent.current.chain.notAfter
    }

    func renew(
      after wait: Duration, as key: IdentityKey? = nil, clockOff: Duration = .zero, proofBy prover: IdentityKey? = nil
    ) async throws -> (AuthenticatedPeer, SigningRequest) {
      let now = end.advanced(by: wait)
      let at = now.advanced(by: clockOff)
      let request = try (key ?? agent.current.key).signingRequest()
      let proof = try LapsedRenewal.proof(by: prover ?? agent.current.key, request: request, at: at)
      return try await LapsedRenewal.verify(
        chain: agent.current.chain, request: request, at: at, proof: proof, trust: trust, now: now)
    }
  }

  @Test(arguments: [-60, 0, 60, 89 * 86_400])
  func renewsWhatHasLapsed(seconds: Int) async throws {
    let lapsed = try Lapsed()
    let (peer, request) = try await lapsed.renew(after: .seconds(seconds))
    #expect(peer.keyDigest == lapsed.agent.current.key.digest)
    #expect(request.keyDigest == peer.keyDigest)
  }

  @Test func notAfterNinetyDays() async throws {
    let lapsed = try Lapsed()
    _ = try await lapsed.renew(after: LapsedRenewal.grace - .milliseconds(1))
    await expectRefusal("lapsed-too-long") { _ = try await lapsed.renew(after: LapsedRenewal.grace) }
  }

  @Test func onlyForTheSameKeyAndWithItsProof() async throws {
    let lapsed = try Lapsed()
    let other = IdentityKey()
    await expectRefusal("lapsed-key") { _ = try await lapsed.renew(after: .seconds(1), as: other, proofBy: other) }
    await expectRefusal("lapsed-proof") { _ = try await lapsed.renew(after: .seconds(1), proofBy: other) }
  }

  @Test func onlyNow() async throws {
    let lapsed = try Lapsed()
    let tolerance = LapsedRenewal.clockTolerance
    _ = try await lapsed.renew(after: .seconds(1), clockOff: tolerance)
    await expectRefusal("clock") {
      _ = try await lapsed.renew(after: .seconds(1), clockOff: tolerance + .milliseconds(1))
    }
    await expectRefusal("clock") {
      _ = try await lapsed.renew(after: .seconds(1), clockOff: .zero - tolerance - .milliseconds(1))
    }
  }

  @Test func notForTheRevokedOrAnotherSite() async throws {
    let lapsed = try Lapsed()
    lapsed.trust.revoke(try lapsed.agent.identity(in: lapsed.site.domain))
    await expectRefusal("revoked") { _ = try await lapsed.renew(after: .seconds(1)) }
    let stranger = try Lapsed()
    try stranger.trust.replaceRoots([lapsed.site.root.chain.leaf])
    await expectRefusal("certificate-untrusted") { _ = try await stranger.renew(after: .seconds(1)) }
  }

  @Test func notForOperators() async throws {
    let site = try TestSite()
    let ann = try site.operator("ann")
    let now = ann.current.chain.notAfter.advanced(by: .seconds(1))
    let request = try ann.current.key.signingRequest()
    let proof = try LapsedRenewal.proof(by: ann.current.key, request: request, at: now)
    await expectRefusal("certificate-role") {
      _ = try await LapsedRenewal.verify(
        chain: ann.current.chain, request: request, at: now, proof: proof, trust: try site.trust(), now: now)
    }
  }
}
