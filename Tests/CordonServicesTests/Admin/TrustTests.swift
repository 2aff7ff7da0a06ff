import CordonCollector
import CordonCore
import CordonTestSupport
import CordonTrust
import CordonWire
import GRPCCore
import Testing

/// The CA rolls by a bundle that root holders signed; the collector follows it and passes it on.
@Suite struct TrustTests {
  private static func submit(_ envelope: Envelope, to collector: TestCollector) async throws -> UInt64 {
    try await collector.calling(as: collector.person("ann")) { client in
      var request = Cordon_V1_SubmitTrustRequest()
      request.envelope = Cordon_V1_Envelope(envelope)
      return try await Cordon_V1_Admin.Client(wrapping: client).submitTrust(request).serial
    }
  }

  private static func trust(of collector: TestCollector) async throws -> Cordon_V1_GetTrustResponse {
    try await collector.calling(as: collector.person("vera")) { client in
      try await Cordon_V1_Admin.Client(wrapping: client).getTrust(.init())
    }
  }

  private static func bundle(_ serial: UInt64, _ collector: TestCollector, withNew: Bool = true) throws -> TrustBundle {
    let key = IdentityKey()
    let next = try CertificateAuthority.root(key, domain: collector.identity.grant.domain, at: collector.clock.now)
    return TrustBundle(serial: serial, roots: collector.identity.grant.roots + (withNew ? [next.chain.leaf] : []))
  }

  @Test func aBundleIsFollowedPassedOnAndKept() async throws {
    try await TestCollector.with { collector in
      #expect(try await !Self.trust(of: collector).hasEnvelope)
      let machine = try await collector.enrol()
      let bundle = try Self.bundle(1, collector)
      let envelope = try bundle.sealed(by: Array(collector.site.rootKeys.prefix(2)))
      #expect(try await Self.submit(envelope, to: collector) == 1)
      #expect(collector.domain.context.trust.contents.roots == bundle.roots)
      let told = try await Self.trust(of: collector)
      #expect(told.caRoots.count == 2 && told.agentsBehind == 0)
      let seen = try await collector.connected(machine) { uplink in try await uplink.directive()?.envelope.domain() }
      #expect(seen == envelope)
      // Who enrols later, and says that it has none, gets it too; who has it does not.
      let later = try await collector.enrol("ws-2")
      #expect(try await collector.connected(later) { try await $0.directive()?.envelope.type } == "trust")
      let again = try await TestCollector.open(
        collector.folder, clock: collector.clock, site: collector.site, identity: collector.identity,
        clara: collector.clara)
      #expect(again.domain.context.trust.contents.roots == bundle.roots)
      #expect(again.domain.trust.serial == 1)
      try await collector.ledger.sequence()
      #expect(try await collector.ledgerRecords().contains { $0.contains("\"trust-submitted\"") })
    }
  }

  @Test func onlyRootHoldersChangeIt() async throws {
    try await TestCollector.with { collector in
      let roots = collector.site.rootKeys
      let bundle = try Self.bundle(3, collector)
      for keys in [[roots[0]], [collector.site.operatorAuthority], [collector.identity.standing]] {
        let envelope = try bundle.sealed(by: keys)
        await expectRefusal("threshold") { _ = try await Self.submit(envelope, to: collector) }
      }
      let good = try bundle.sealed(by: roots)
      #expect(try await Self.submit(good, to: collector) == 3)
      await expectRefusal("rolled-back") { _ = try await Self.submit(good, to: collector) }
      let older = try Self.bundle(2, collector).sealed(by: roots)
      await expectRefusal("rolled-back") { _ = try await Self.submit(older, to: collector) }
    }
  }

  /// Roots of which none vouches for the collector would lock everybody out.
  @Test func theCollectorsOwnRootStays() async throws {
    try await TestCollector.with { collector in
      var bundle = try Self.bundle(1, collector)
      bundle.remove(try #require(bundle.rootDigests.first))
      let envelope = try bundle.sealed(by: collector.site.rootKeys)
      await expectRefusal("own-root") { _ = try await Self.submit(envelope, to: collector) }
      #expect(collector.domain.context.trust.contents.roots == collector.identity.grant.roots)
    }
  }

  @Test func aRevokedKeyIsRefusedBesideWhatTheStoreRevoked() async throws {
    try await TestCollector.with { collector in
      let machine = try await collector.enrol()
      try await collector.domain.fleet.revoke(machine.id, reason: "lost", by: OperatorName("ann"))
      let lost = IdentityKey()
      var bundle = try Self.bundle(1, collector, withNew: false)
      bundle.revokedKeys = [lost.digest]
      _ = try await Self.submit(try bundle.sealed(by: collector.site.rootKeys), to: collector)
      let contents = collector.domain.context.trust.contents
      #expect(contents.revokedKeys.contains(lost.digest))
      #expect(contents.revokedIdentities.contains(.agent(machine.id)))
    }
  }
}
