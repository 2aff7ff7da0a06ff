import CordonAgent
import CordonContainment
import CordonCore
import CordonTestSupport
import CordonTrust
import Glibc
import Testing

/// The keeper goes forward only on enough good signatures, and never back; also not by what lies on its disk.
@Suite struct KeeperAuthorityTests {
  static let now = FakeClock.start

  /// An authority in a folder of its own, with what its site can sign.
  private static func with(
    group: String = "wards", _ body: (inout KeeperAuthority, TestAuthority, () throws -> KeeperAuthority) throws -> Void
  ) throws {
    try withTemporaryFolder { folder in
      let paths = AgentPaths(state: folder, run: folder)
      mkdir(paths.keeper, 0o700)
      let minted = try TestAuthority()
      let site = try TestSite()
      let bundle = SiteBundle(
        site: TestAuthority.site, domain: site.domain, roots: [site.root.chain.leaf],
        roster: try minted.rosterEnvelope(),
        keyEpoch: 1, staffKey: [UInt8](repeating: 1, count: 32), patientKey: nil)
      let start: () throws -> KeeperAuthority = {
        try KeeperAuthority(bundle: bundle, group: group, paths: paths, at: now)
      }
      var authority = try start()
      try body(&authority, minted, start)
    }
  }

  private static func policy(_ serial: UInt64, group: String = "") -> Policy {
    Policy(serial: serial, name: "p\(serial)", group: group, issued: now)
  }

  @Test func beforeAnyPolicyItOnlyObserves() throws {
    try Self.with { authority, _, _ in
      #expect(authority.policy == .observeOnly)
      #expect(!authority.policy.containment.isEnabled)
    }
  }

  @Test func aPolicyIsFollowedAndSurvivesARestart() throws {
    try Self.with { authority, minted, restart in
      _ = try authority.hear(try Self.policy(4, group: "wards").sealed(by: [minted.ann]), at: Self.now)
      #expect(authority.policy.serial == 4)
      let again = try restart()
      #expect(again.policy == authority.policy)
      #expect(again.problems.isEmpty)
    }
  }

  @Test func aPolicyNeverGoesBack() throws {
    try Self.with { authority, minted, _ in
      let fourth = try Self.policy(4).sealed(by: [minted.ann])
      _ = try authority.hear(fourth, at: Self.now)
      // The very same one again is answered like the first time; an older or other one of that serial is not.
      guard case .known = try authority.hear(fourth, at: Self.now) else { return #expect(Bool(false), "not known") }
      expectRefusal("rolled-back") { _ = try authority.hear(try Self.policy(3).sealed(by: [minted.ann]), at: Self.now) }
      expectRefusal("rolled-back") {
        _ = try authority.hear(try Self.policy(4, group: "wards").sealed(by: [minted.ann]), at: Self.now)
      }
      #expect(authority.policy.serial == 4)
    }
  }

  @Test func aPolicyNeedsASignatureThatCounts() throws {
    try Self.with { authority, minted, _ in
      let policy = Self.policy(1)
      let stranger = try AuthoritySigningKey(secret: [UInt8](repeating: 9, count: 32))
      expectRefusal("unsigned") { _ = try authority.hear(try policy.sealed(by: []), at: Self.now) }
      expectRefusal("unknown-key") { _ = try authority.hear(try policy.sealed(by: [stranger]), at: Self.now) }
      for key in [minted.bob, minted.clara, minted.standing] + minted.roots {
        expectRefusal("threshold") { _ = try authority.hear(try policy.sealed(by: [key]), at: Self.now) }
      }
      var forged = try policy.sealed(by: [minted.ann])
      forged.payload[forged.payload.count - 1] ^= 1
      expectRefusal("signature") { _ = try authority.hear(forged, at: Self.now) }
      expectRefusal("other-group") {
        _ = try authority.hear(try Self.policy(1, group: "pumps").sealed(by: [minted.ann]), at: Self.now)
      }
      #expect(authority.policy == .observeOnly)
    }
  }

  @Test func nothingSignedUnderAnExpiredRosterIsObeyed() throws {
    try Self.with { authority, minted, _ in
      let late = minted.roster.notAfter
      expectRefusal("expired-roster") {
        _ = try authority.hear(try Self.policy(1).sealed(by: [minted.ann]), at: late)
      }
    }
  }

  @Test func aRosterFollowsOnlyItsPredecessorsRoots() throws {
    try Self.with { authority, minted, restart in
      let next = try TestAuthority(serial: 2)
      let thief = try TestAuthority(seed: 7, serial: 3)
      #expect(throws: CordonError.self) { try authority.hear(try thief.rosterEnvelope(), at: Self.now) }
      expectRefusal("threshold") {
        _ = try authority.hear(try next.roster.sealed(by: [minted.roots[0]]), at: Self.now)
      }
      _ = try authority.hear(try next.rosterEnvelope(), at: Self.now)
      #expect(authority.roster.serial == 2)
      #expect(try restart().roster.serial == 2)
    }
  }

  /// A policy that somebody wrote to the disk without a signature that counts is not followed at the next start.
  @Test func whatLiesOnTheDiskIsVerifiedAgain() throws {
    try withTemporaryFolder { folder in
      let paths = AgentPaths(state: folder, run: folder)
      mkdir(paths.keeper, 0o700)
      let minted = try TestAuthority()
      let site = try TestSite()
      let bundle = SiteBundle(
        site: TestAuthority.site, domain: site.domain, roots: [site.root.chain.leaf],
        roster: try minted.rosterEnvelope(),
        keyEpoch: 1, staffKey: [UInt8](repeating: 1, count: 32), patientKey: nil)
      for bytes in [try Self.policy(9).sealed(by: [minted.standing]).serialized(), [0xFF, 0x00, 0x17]] {
        try PrivateFile.replace(paths.policy, holding: bytes)
        let authority = try KeeperAuthority(bundle: bundle, group: "", paths: paths, at: Self.now)
        #expect(authority.policy == .observeOnly)
        #expect(authority.problems.count == 1)
      }
    }
  }

  private static func offer(_ serial: UInt64, schema: UInt32 = 1, digest: UInt8 = 1) -> ModelOffer {
    ModelOffer(
      digest: [UInt8](repeating: digest, count: 32), size: 100, role: .champion, ring: 0, serial: serial, schema: schema
    )
  }

  @Test func anOfferNeverGoesBackAlsoAfterARestart() throws {
    try Self.with { authority, minted, restart in
      let fifth = try Self.offer(5).sealed(by: [minted.ann])
      guard case .offer(let heard) = try authority.hear(fifth, at: Self.now) else {
        return #expect(Bool(false), "not an offer")
      }
      #expect(heard == Self.offer(5))
      var again = try restart()
      guard case .known = try again.hear(fifth, at: Self.now) else { return #expect(Bool(false), "not known") }
      for old in [Self.offer(4), Self.offer(5, digest: 2)] {
        expectRefusal("rolled-back") { _ = try again.hear(try old.sealed(by: [minted.ann]), at: Self.now) }
      }
      // Another schema has its own; a rollback is a new offer of an old model.
      _ = try again.hear(try Self.offer(2, schema: 2).sealed(by: [minted.ann]), at: Self.now)
      _ = try again.hear(try Self.offer(6).sealed(by: [minted.ann]), at: Self.now)
      expectRefusal("rolled-back") { _ = try again.hear(fifth, at: Self.now) }
    }
  }

  @Test func anOfferNeedsASignatureThatCounts() throws {
    try Self.with { authority, minted, _ in
      let offer = Self.offer(1)
      expectRefusal("unsigned") { _ = try authority.hear(try offer.sealed(by: []), at: Self.now) }
      for key in [minted.bob, minted.clara, minted.paul] + minted.roots {
        expectRefusal("threshold") { _ = try authority.hear(try offer.sealed(by: [key]), at: Self.now) }
      }
      expectRefusal("unknown-schema") {
        _ = try authority.hear(try Self.offer(1, schema: 77).sealed(by: [minted.ann]), at: Self.now)
      }
      // The collector alone may point to a model only where the policy lets it, and never signs the model itself.
      let standing = try offer.sealed(by: [minted.standing])
      expectRefusal("standing-rollout") { _ = try authority.hear(standing, at: Self.now) }
      var policy = Self.policy(1)
      policy.learning.standingRollout = true
      _ = try authority.hear(try policy.sealed(by: [minted.ann]), at: Self.now)
      _ = try authority.hear(standing, at: Self.now)
      var model = Envelope(type: .model, payload: [1, 2, 3])
      try model.sign(with: minted.standing)
      expectRefusal("threshold") { _ = try authority.hear(model, at: Self.now) }
      model.signatures = []
      expectRefusal("unsigned") { _ = try authority.hear(model, at: Self.now) }
      try model.sign(with: minted.ann)
      guard case .model = try authority.hear(model, at: Self.now) else { return #expect(Bool(false), "not a model") }
    }
  }

  @Test func aFileOfOffersThatCannotBeReadIsReported() throws {
    try Self.with { authority, minted, restart in
      _ = try authority.hear(try Self.offer(5).sealed(by: [minted.ann]), at: Self.now)
      #expect(try restart().problems.isEmpty)
    }
    try withTemporaryFolder { folder in
      let paths = AgentPaths(state: folder, run: folder)
      mkdir(paths.keeper, 0o700)
      try PrivateFile.replace(paths.offers, holding: Array("1 x".utf8))
      let site = try TestSite()
      let bundle = SiteBundle(
        site: TestAuthority.site, domain: site.domain, roots: [site.root.chain.leaf],
        roster: try TestAuthority().rosterEnvelope(), keyEpoch: 1, staffKey: [UInt8](repeating: 1, count: 32),
        patientKey: nil)
      let authority = try KeeperAuthority(bundle: bundle, group: "", paths: paths, at: Self.now)
      #expect(authority.problems.map(\.code) == ["offers"])
    }
  }

  @Test func aTrustBundleIsFollowedAndSurvivesARestart() throws {
    try Self.with { authority, minted, restart in
      #expect(authority.trustSerial == 0 && authority.trustPayload.isEmpty)
      let bundle = TrustBundle(
        serial: 2, roots: [try TestSite().root.chain.leaf], revokedKeys: [IdentityKey().digest])
      expectRefusal("threshold") { _ = try authority.hear(try bundle.sealed(by: [minted.roots[0]]), at: Self.now) }
      let envelope = try bundle.sealed(by: Array(minted.roots.prefix(2)))
      guard case .trust(let heard) = try authority.hear(envelope, at: Self.now) else {
        return #expect(Bool(false), "not a trust bundle")
      }
      #expect(heard == bundle && authority.trustSerial == 2)
      guard case .known = try authority.hear(envelope, at: Self.now) else { return #expect(Bool(false), "not known") }
      let older = try TrustBundle(serial: 1, roots: bundle.roots).sealed(by: minted.roots)
      expectRefusal("rolled-back") { _ = try authority.hear(older, at: Self.now) }
      let again = try restart()
      #expect(again.trustSerial == 2 && again.trustPayload == envelope.payload && again.problems.isEmpty)
    }
  }

  @Test func aCommandSaysOnWhoseWordItActs() throws {
    try Self.with { authority, minted, _ in
      let command = Command(
        id: UniqueID(bytes: [UInt8](1...16))!, agentID: AgentID("00112233445566778899aabbccddeeff")!,
        action: .killProcess(ProcessRef(pid: 7, startTicks: 1, bootID: "b")), notBefore: Self.now,
        notAfter: Self.now.advanced(by: .seconds(60)), lease: .zero, maxUntil: Self.now, reason: "because")
      let cases: [([AuthoritySigningKey], Authority)] = [
        ([minted.standing], .standing), ([minted.bob], .operators), ([minted.bob, minted.clara], .clinicalOperators),
      ]
      for (keys, expected) in cases {
        guard case .command(let heard, let word) = try authority.hear(try command.sealed(by: keys), at: Self.now) else {
          return #expect(Bool(false), "not a command")
        }
        #expect(heard == command)
        #expect(word == expected)
      }
      expectRefusal("unsigned") { _ = try authority.hear(try command.sealed(by: []), at: Self.now) }
      expectRefusal("threshold") { _ = try authority.hear(try command.sealed(by: [minted.paul]), at: Self.now) }
    }
  }
}

extension KeeperAuthorityTests {
  private static func unseal(_ kinds: [EntityKind]) -> UnsealOrder {
    UnsealOrder(
      id: UniqueID(bytes: [UInt8](repeating: 1, count: 16))!, agentID: AgentID(String(repeating: "a", count: 32))!,
      names: kinds.map {
        SealedEntity(
          entity: EntityRef(kind: $0, keyEpoch: 1, pseudonym: [UInt8](repeating: 5, count: 16)), sealedName: [1],
          part: .actor)
      }, answerKey: [UInt8](repeating: 9, count: 32), reason: "ticket 4711", notAfter: now.advanced(by: .seconds(600)))
  }

  /// Staff: one who may. Patients: two people, one of them a privacy officer. Never the collector's key.
  @Test func namesAreOpenedOnlyForThoseWhoMay() throws {
    try Self.with { authority, minted, _ in
      let staff = Self.unseal([.user, .path, .address])
      guard case .unseal(staff) = try authority.hear(try staff.sealed(by: [minted.paul]), at: Self.now) else {
        Issue.record("not heard")
        return
      }
      for keys in [[minted.standing], [minted.ann, minted.bob, minted.clara], minted.roots] {
        expectRefusal("threshold") { _ = try authority.hear(try staff.sealed(by: keys), at: Self.now) }
      }
      let patient = Self.unseal([.user, .record])
      for keys in [[minted.paul], [minted.paul, minted.ann], [minted.paul, minted.standing]] {
        expectRefusal("threshold") { _ = try authority.hear(try patient.sealed(by: keys), at: Self.now) }
      }
    }
  }

  /// Keys of names are the privacy office's: no other role's signature brings them in.
  @Test func keysOfNamesNeedThePrivacyOffice() throws {
    try Self.with { authority, minted, _ in
      let rotation = KeyRotation(
        agentID: try #require(AgentID(String(repeating: "1", count: 32))), epoch: 2, begins: Self.now,
        linkableUntil: Self.now, sealedStaff: [UInt8](repeating: 1, count: KeyRotation.sealedLength), sealedPatient: [])
      for key in [minted.ann, minted.bob, minted.clara, minted.standing] + minted.roots {
        expectRefusal("threshold") { _ = try authority.hear(try rotation.sealed(by: [key]), at: Self.now) }
      }
      guard case .keys(rotation) = try authority.hear(try rotation.sealed(by: [minted.paul]), at: Self.now) else {
        return #expect(Bool(false), "not keys")
      }
    }
  }
}
