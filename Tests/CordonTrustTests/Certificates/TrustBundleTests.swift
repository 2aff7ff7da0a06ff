import CordonCore
import CordonTestSupport
import CordonTrust
import Testing

@Suite struct TrustBundleTests {
  private let now = FakeClock.start

  @Test func rollsTheCA() async throws {
    let authority = try TestAuthority()
    let old = try TestSite()
    let new = try TestSite()
    let lost = try new.agent()
    let bundle = TrustBundle(
      serial: 2, roots: [old.root.chain.leaf, new.root.chain.leaf], revokedKeys: [lost.current.key.digest])
    let envelope = try bundle.sealed(by: Array(authority.roots.prefix(2)))
    let accepted = try TrustBundle.accept(envelope, above: 1, by: authority.verifier, at: now)
    #expect(accepted == bundle)
    let trust = try old.trust()
    try trust.follow(accepted)
    let verifier = PeerVerifier(trust: trust, clock: FakeClock(), accepting: [.agent], as: .client)
    _ = try await verifier.verify(try old.agent().current.chain)
    _ = try await verifier.verify(try new.agent().current.chain)
    await expectRefusal("revoked") { _ = try await verifier.verify(lost.current.chain) }
  }

  @Test func needsTheRootsAndGoesForwardOnly() throws {
    let authority = try TestAuthority()
    let bundle = TrustBundle(serial: 2, roots: [try TestSite().root.chain.leaf])
    for signers in [[authority.roots[0]], [authority.ann], [authority.standing]] {
      let envelope = try bundle.sealed(by: signers)
      expectRefusal("threshold") {
        _ = try TrustBundle.accept(envelope, above: 0, by: authority.verifier, at: now)
      }
    }
    let good = try bundle.sealed(by: authority.roots)
    for held in [2, 3] as [UInt64] {
      expectRefusal("rolled-back") {
        _ = try TrustBundle.accept(good, above: held, by: authority.verifier, at: now)
      }
    }
    let empty = try TrustBundle(serial: 3, roots: []).sealed(by: authority.roots)
    expectRefusal("trust-bundle") { _ = try TrustBundle.accept(empty, above: 0, by: authority.verifier, at: now) }
  }

  @Test func aTokenPinsOneRoot() async throws {
    let mine = try TestSite()
    let other = try TestSite()
    let roots = [mine.root.chain.leaf, other.root.chain.leaf]
    let pin = try #require(KeyDigest(of: mine.root.chain.leaf))
    let trust = try TrustStore(domain: mine.domain, roots: roots, pinnedTo: pin)
    let verifier = PeerVerifier(trust: trust, clock: FakeClock(), accepting: [.collector], as: .server)
    _ = try await verifier.verify(try mine.collector().current.chain)
    await expectRefusal("certificate-untrusted") { _ = try await verifier.verify(try other.collector().current.chain) }
    expectRefusal("pin") {
      _ = try TrustStore(domain: mine.domain, roots: roots, pinnedTo: IdentityKey().digest)
    }
  }
}
