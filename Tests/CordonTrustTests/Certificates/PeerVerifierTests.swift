import CordonCore
import CordonTestSupport
import CordonTrust
import Crypto
import FoundationEssentials
import Testing
import X509

@Suite struct PeerVerifierTests {
  private func verify(
    _ identity: LiveIdentity, by trust: TrustStore, at time: Timestamp = FakeClock.start,
    accepting roles: Set<PeerRole> = [.agent, .operator], as usage: PeerVerifier.Usage = .client
  ) async throws -> AuthenticatedPeer {
    let verifier = PeerVerifier(trust: trust, clock: FakeClock(at: time), accepting: roles, as: usage)
    return try await verifier.verify(identity.current.chain).0
  }

  @Test func saysWhoItIs() async throws {
    let site = try TestSite()
    let key = IdentityKey()
    let peer = try await verify(try site.agent(key), by: try site.trust())
    #expect(peer.identity == .agent(key.digest.agentID))
    #expect(peer.keyDigest == key.digest)
    #expect(peer.chainKeys.count == 3)
    #expect(peer.notAfter == FakeClock.start.advanced(by: CertificateAuthority.leafLifetime))
    let ann = try await verify(try site.operator("ann"), by: try site.trust())
    #expect(try ann.operatorName == "ann")
    expectRefusal("role") { _ = try ann.agentID }
    let main = try await verify(try site.collector(), by: try site.trust(), accepting: [.collector], as: .server)
    #expect(main.identity == .collector("main"))
  }

  @Test func refusesTheOtherRoleAndUse() async throws {
    let site = try TestSite()
    let trust = try site.trust()
    await expectRefusal("certificate-role") { _ = try await verify(try site.collector(), by: trust) }
    await expectRefusal("certificate-usage") {
      _ = try await verify(try site.agent(), by: trust, accepting: [.agent], as: .server)
    }
    await expectRefusal("certificate-role") {
      _ = try await verify(try site.collector(), by: trust, accepting: [.agent], as: .server)
    }
  }

  @Test func refusesOutsideItsTime() async throws {
    let site = try TestSite()
    let agent = try site.agent(lifetime: .seconds(100))
    let trust = try site.trust()
    let end = FakeClock.start.advanced(by: .seconds(100))
    _ = try await verify(agent, by: trust, at: end.advanced(by: .milliseconds(-1)))
    await expectRefusal("certificate-expired") { _ = try await verify(agent, by: trust, at: end) }
    let start = FakeClock.start.advanced(by: .zero - CertificateAuthority.backdating)
    _ = try await verify(agent, by: trust, at: start)
    await expectRefusal("certificate-expired") {
      _ = try await verify(agent, by: trust, at: start.advanced(by: .milliseconds(-1)))
    }
  }

  /// The intermediate lapses before the leaf would: it must not outlive its issuer in the first place.
  @Test func aLeafNeverOutlivesItsIssuer() throws {
    let site = try TestSite()
    let agent = try site.agent(lifetime: CertificateAuthority.rootLifetime)
    #expect(agent.current.chain.notAfter == site.intermediate.chain.notAfter)
  }

  @Test func refusesAnotherSite() async throws {
    let site = try TestSite()
    await expectRefusal("certificate-untrusted") {
      _ = try await verify(try TestSite().agent(), by: try site.trust())
    }
    await expectRefusal("certificate-untrusted") {
      _ = try await verify(try site.selfSigned(.operator("ann")), by: try site.trust())
    }
    // The same root, but a SPIFFE id of another trust domain.
    let other = try TrustStore(domain: TrustDomain("other.example"), roots: [site.root.chain.leaf])
    await expectRefusal("certificate-identity") { _ = try await verify(try site.agent(), by: other) }
  }

  @Test func refusesACertificateThatIssuesAnother() async throws {
    let site = try TestSite()
    // An agent acts as a CA for a certificate that names an operator.
    let agent = try site.agent()
    let forger = try CertificateAuthority(
      chain: agent.current.chain, key: agent.current.key, domain: site.domain)
    let key = IdentityKey()
    let forged = try forger.issue(
      .operator("ann"), for: try SigningRequest(der: key.signingRequest()), at: FakeClock.start)
    await expectRefusal("certificate-untrusted") {
      _ = try await verify(try LiveIdentity(chain: forged, key: key), by: try site.trust())
    }
    // A collector's intermediate may issue leaves alone.
    let below = try CertificateAuthority(
      chain: try site.intermediate.intermediate(
        try SigningRequest(der: key.signingRequest()), name: "below", at: FakeClock.start), key: key,
      domain: site.domain)
    let leafKey = IdentityKey()
    let leaf = try below.issue(
      .operator("ann"), for: try SigningRequest(der: leafKey.signingRequest()), at: FakeClock.start)
    await expectRefusal("certificate-untrusted") {
      _ = try await verify(try LiveIdentity(chain: leaf, key: leafKey), by: try site.trust())
    }
  }

  @Test func aCAIsNoPeer() async throws {
    let site = try TestSite()
    let verifier = PeerVerifier(
      trust: try site.trust(), clock: FakeClock(), accepting: Set(PeerRole.allCases), as: .client)
    await expectRefusal("certificate-usage") { _ = try await verifier.verify(site.intermediate.chain) }
    await expectRefusal("certificate-usage") { _ = try await verifier.verify(site.root.chain) }
  }

  /// Names beside and instead of the one SPIFFE id.
  static let names: [[String]] = [
    [], ["https://st-elsewhere.example/operator/ann"],
    ["spiffe://st-elsewhere.example/operator/ann", "spiffe://st-elsewhere.example/operator/bob"],
    ["spiffe://st-elsewhere.example/operator/ann", "https://x.example"],
    ["spiffe://st-elsewhere.example/operator/"],
  ]

  @Test(arguments: names)
  func refusesAnythingButOneSPIFFEID(uris: [String]) async throws {
    let site = try TestSite()
    let key = IdentityKey()
    let rootKey = IdentityKey()
    let root = try CertificateAuthority.root(rootKey, domain: site.domain, at: FakeClock.start)
    let certificate = try Certificate(
      version: .v3, serialNumber: Certificate.SerialNumber(), publicKey: Certificate.PublicKey(key.publicKey),
      notValidBefore: Date(FakeClock.start), notValidAfter: Date(FakeClock.start.advanced(by: .seconds(60))),
      issuer: root.chain.leaf.subject, subject: DistinguishedName { CommonName("x") },
      signatureAlgorithm: .ecdsaWithSHA256,
      extensions: Certificate.Extensions {
        try ExtendedKeyUsage([.clientAuth])
        SubjectAlternativeNames(uris.map { .uniformResourceIdentifier($0) })
      }, issuerPrivateKey: rootKey.certificateKey)
    let trust = try TrustStore(domain: site.domain, roots: [root.chain.leaf])
    let verifier = PeerVerifier(trust: trust, clock: FakeClock(), accepting: [.operator], as: .client)
    await expectRefusal("certificate-identity") { _ = try await verifier.verify(try CertificateChain([certificate])) }
  }

  @Test func refusesTheRevoked() async throws {
    let site = try TestSite()
    let agent = try site.agent()
    let identity = try agent.identity(in: site.domain)
    let byIdentity = try site.trust()
    byIdentity.revoke(identity)
    await expectRefusal("revoked") { _ = try await verify(agent, by: byIdentity) }
    byIdentity.reinstate(identity)
    _ = try await verify(agent, by: byIdentity)
    for key in [agent.current.key.digest, try #require(KeyDigest(of: site.intermediate.chain.leaf))] {
      let byKey = try site.trust()
      byKey.revoke(key)
      await expectRefusal("revoked") { _ = try await verify(agent, by: byKey) }
    }
  }

  /// The CA rolls: both roots are trusted for a while, then the old one no more.
  @Test func severalRoots() async throws {
    let old = try TestSite()
    let new = try TestSite()
    let trust = try old.trust()
    try trust.replaceRoots([old.root.chain.leaf, new.root.chain.leaf])
    _ = try await verify(try old.agent(), by: trust)
    _ = try await verify(try new.agent(), by: trust)
    try trust.replaceRoots([new.root.chain.leaf])
    await expectRefusal("certificate-untrusted") { _ = try await verify(try old.agent(), by: trust) }
    expectRefusal("trust-bundle") { try trust.replaceRoots([]) }
    expectRefusal("trust-bundle") {
      try trust.replaceRoots(Array(repeating: new.root.chain.leaf, count: TrustStore.mostRoots + 1))
    }
  }
}
