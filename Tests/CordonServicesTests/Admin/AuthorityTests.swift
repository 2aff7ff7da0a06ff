import CordonCollector
import CordonCore
import CordonTestSupport
import CordonTrust
import CordonWire
import GRPCCore
import Testing

@Suite struct AuthorityTests {
  private static func apply(_ envelope: Envelope, to collector: TestCollector) async throws -> UInt64 {
    try await collector.calling(as: collector.person("ann")) { client in
      var request = Cordon_V1_ApplyPolicyRequest()
      request.envelope = Cordon_V1_Envelope(envelope)
      return try await Cordon_V1_Admin.Client(wrapping: client).applyPolicy(request).serial
    }
  }

  @Test func aPolicyIsVerifiedAndNeverRolledBack() async throws {
    try await TestCollector.with { collector in
      let ann = collector.site.operatorAuthority
      let five = try collector.policy(serial: 5).sealed(by: [ann])
      #expect(try await Self.apply(five, to: collector) == 5)
      await expectRefusal("rolled-back") { _ = try await Self.apply(five, to: collector) }
      await expectRefusal("rolled-back") {
        _ = try await Self.apply(try collector.policy(serial: 4).sealed(by: [ann]), to: collector)
      }
      // One serial for the whole site, whatever the group.
      await expectRefusal("rolled-back") {
        _ = try await Self.apply(try collector.policy(serial: 5, group: "icu").sealed(by: [ann]), to: collector)
      }
      #expect(collector.domain.authority.siteSerial == 5)
    }
  }

  @Test func whoMayNotSignIsRefused() async throws {
    try await TestCollector.with { collector in
      let policy = collector.policy(serial: 1)
      let payload = try policy.encodedPayload()
      let unsigned = Envelope(type: .policy, payload: payload)
      await expectRefusal("unsigned") { _ = try await Self.apply(unsigned, to: collector) }
      let stranger = try policy.sealed(by: [AuthoritySigningKey()])
      await expectRefusal("unknown-key") { _ = try await Self.apply(stranger, to: collector) }
      let clinical = try policy.sealed(by: [collector.clara])
      await expectRefusal("threshold") { _ = try await Self.apply(clinical, to: collector) }
      let standing = try policy.sealed(by: [collector.identity.standing])
      await expectRefusal("threshold") { _ = try await Self.apply(standing, to: collector) }
      var changed = try policy.sealed(by: [collector.site.operatorAuthority])
      changed.payload = try collector.policy(serial: 2).encodedPayload()
      let tampered = changed
      await expectRefusal("signature") { _ = try await Self.apply(tampered, to: collector) }
      let asCommand = try collector.command(to: try Samples.agent(1)).sealed(by: [collector.site.operatorAuthority])
      await expectRefusal("threshold") { _ = try await Self.apply(asCommand, to: collector) }
      #expect(collector.domain.authority.siteSerial == 0)
    }
  }

  @Test func aRosterNeedsTheRootsOfTheOneBefore() async throws {
    try await TestCollector.with { collector in
      let submit: @Sendable (Envelope) async throws -> UInt64 = { envelope in
        try await collector.calling(as: collector.person("ann")) { client in
          var request = Cordon_V1_SubmitRosterRequest()
          request.envelope = Cordon_V1_Envelope(envelope)
          return try await Cordon_V1_Admin.Client(wrapping: client).submitRoster(request).serial
        }
      }
      var next = collector.domain.authority.roster
      next.serial += 1
      let roots = collector.site.rootKeys
      let one = try next.sealed(by: [roots[0]])
      await expectRefusal("threshold") { _ = try await submit(one) }
      let two = try next.sealed(by: [roots[0], roots[2]])
      #expect(try await submit(two) == next.serial)
      await expectRefusal("rolled-back") { _ = try await submit(two) }
      var other = next
      other.serial += 1
      other.site = "Elsewhere"
      let foreign = try other.sealed(by: roots)
      await expectRefusal("other-site") { _ = try await submit(foreign) }
    }
  }

  @Test func aRestartedCollectorHasWhatItHad() async throws {
    try await TestCollector.with { collector in
      try await collector.apply(collector.policy(serial: 3))
      try await collector.apply(collector.policy(serial: 4, group: "icu"))
      let again = try await TestCollector.open(
        collector.folder, clock: collector.clock, site: collector.site, identity: collector.identity,
        clara: collector.clara)
      #expect(again.domain.authority.siteSerial == 4)
      #expect(again.domain.authority.policy(of: "icu").serial == 4)
      #expect(again.domain.authority.policy(of: "ward").serial == 3)
      #expect(again.domain.authority.roster == collector.domain.authority.roster)
    }
  }

  @Test func anArtifactIsFetchedFromAnyOffset() async throws {
    try await TestCollector.with { collector in
      try await collector.apply(
        collector.policy(serial: 1) { policy in
          policy.containment.neverTouchExecutables = (0..<1000).map { "/opt/clinical/\($0)/\($0)-server-of-the-ward" }
        })
      let machine = try await collector.enrol()
      let envelope = try #require(collector.domain.authority.applied(to: "")).envelope
      let bytes = try envelope.serialized()
      let digest = collector.sha256(bytes)
      for offset in [0, 1, bytes.count / 2, bytes.count] {
        let fetched = try await collector.fetch(digest, from: offset, as: machine)
        #expect(fetched == Array(bytes[offset...]))
      }
      await expectRefusal("offset") { _ = try await collector.fetch(digest, from: bytes.count + 1, as: machine) }
      await expectRefusal("artifact-unknown") {
        _ = try await collector.fetch([UInt8](repeating: 0, count: 32), from: 0, as: machine)
      }
      await expectRefusal("digest") { _ = try await collector.fetch([1], from: 0, as: machine) }
    }
  }
}
