import CordonCollector
import CordonCore
import CordonTestSupport
import CordonTrust
import Testing

@Suite struct IdentityRenewalTests {
  private static let day = Duration.seconds(86_400)

  private static func with(
    _ body: @Sendable @escaping (TestCollector, IdentityRenewal, LiveIdentity) async throws -> Void
  ) async throws {
    try await TestCollector.with { collector in
      let live = try LiveIdentity(
        chain: collector.identity.grant.identityChain, key: collector.identity.identityKey)
      try await body(
        collector, IdentityRenewal(context: collector.domain.context, live: live, folder: collector.folder), live)
    }
  }

  @Test(arguments: [(0, false), (19, false), (21, true)])
  func theCertificateIsRenewedFromTwoThirdsOfItsLifeOn(days: Int, isRenewed: Bool) async throws {
    try await Self.with { collector, renewal, live in
      collector.clock.advance(by: Self.day * days)
      let didRenew = try renewal.renewIfDue()
      let onDisk = try CollectorIdentity.currentChain(in: collector.folder)
      #expect(didRenew == isRenewed && onDisk.leaf == live.current.chain.leaf)
      let again = try renewal.renewIfDue()
      #expect(!again)
    }
  }

  /// Renewed while the clock was a day ahead, it would be no agent's collector for a day once the clock is right.
  @Test func aCertificateThatIsNotValidYetIsReplaced() async throws {
    try await Self.with { collector, renewal, live in
      collector.clock.advance(by: Self.day * 21)
      collector.clock.step(by: Self.day)
      #expect(try renewal.renewIfDue())
      collector.clock.step(by: .zero - Self.day)
      let verifier = PeerVerifier(
        trust: collector.domain.context.trust, clock: collector.clock, accepting: [.collector], as: .server)
      await #expect(throws: CordonError.self) { try await verifier.verify(live.current.chain) }
      #expect(try renewal.renewIfDue())
      _ = try await verifier.verify(live.current.chain)
      #expect(try !renewal.renewIfDue())
    }
  }
}
