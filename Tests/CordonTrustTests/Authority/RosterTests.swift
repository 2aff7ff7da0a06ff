import CordonCore
import CordonTestSupport
import CordonTrust
import CordonWire
import SwiftProtobuf
import Testing

@Suite struct RosterTests {
  @Test func roundTrips() throws {
    let roster = try TestAuthority(thresholds: [.contain: 1, .containClinical: 3]).roster
    #expect(try Roster(payload: roster.encodedPayload()) == roster)
  }

  @Test func refusesUnknownFieldsAtEveryDepth() throws {
    let bytes = try TestAuthority().roster.encodedPayload()
    expectRefusal("unknown-field") { _ = try Roster(payload: bytes + [0x78, 0x01]) }
    // Field 5 (threshold), holding field 15.
    expectRefusal("unknown-field") { _ = try Roster(payload: bytes + [0x2a, 0x02, 0x78, 0x01]) }
    // Field 5 with an act of which this version does not know.
    expectRefusal("unknown-field") { _ = try Roster(payload: bytes + [0x2a, 0x04, 0x08, 0x63, 0x10, 0x01]) }
  }

  @Test func refusesAnIdThatIsNotTheKeysDigest() throws {
    var wire = Cordon_V1_Roster(try TestAuthority().roster)
    wire.keys[0].id = wire.keys[1].id
    let bytes: [UInt8] = try wire.serializedBytes()
    expectRefusal("authority-key") { _ = try Roster(payload: bytes) }
  }

  @Test func defaultsAndFloors() throws {
    let silent = try TestAuthority().roster
    #expect(silent.threshold(for: .roster) == 2)
    #expect(silent.threshold(for: .policy) == 1)
    #expect(silent.threshold(for: .contain) == 1)
    #expect(silent.threshold(for: .containClinical) == 2)
    #expect(silent.threshold(for: .unsealPatient) == 2)
    var low = silent
    low.thresholds = [.containClinical: 1]
    #expect(low.threshold(for: .containClinical) == 2)
    expectRefusal("roster") { try low.validate() }
  }

  static let spoilt: [(String, @Sendable (inout Roster) throws -> Void)] = [
    ("no site", { $0.site = "" }),
    ("long site", { $0.site = String(repeating: "x", count: Roster.longestSite + 1) }),
    ("serial 0", { $0.serial = 0 }),
    ("the same key twice", { $0.keys.append($0.keys[0]) }),
    ("no root", { $0.keys.removeAll { $0.roles.contains(.root) } }),
    ("a roster threshold nobody reaches", { $0.thresholds[.roster] = 4 }),
    ("a threshold of 0", { $0.thresholds[.policy] = 0 }),
    (
      "a threshold that two keys of one holder would reach",
      { roster in
        roster.thresholds[.roster] = 4
        roster.keys.append(try AuthoritySigningKey().entry(holder: "root-1", roles: [.root]))
      }
    ),
    (
      "too many keys",
      { roster in
        while roster.keys.count <= Roster.mostKeys {
          roster.keys.append(try AuthoritySigningKey().entry(holder: "x", roles: [.respond]))
        }
      }
    ),
  ]

  @Test(arguments: spoilt.indices)
  func refusesWhatContradictsItself(index: Int) throws {
    var roster = try TestAuthority().roster
    try Self.spoilt[index].1(&roster)
    expectRefusal("roster") { try roster.validate() }
    expectRefusal("roster") { _ = try roster.encodedPayload() }
  }

  @Test func keysAreChecked() throws {
    let key = AuthoritySigningKey()
    expectRefusal("authority-roles") { _ = try key.entry(holder: "c", roles: [.standing, .respond]) }
    expectRefusal("authority-roles") { _ = try key.entry(holder: "c", roles: []) }
    expectRefusal("authority-holder") { _ = try key.entry(holder: "", roles: [.respond]) }
    expectRefusal("authority-holder") {
      _ = try key.entry(holder: String(repeating: "x", count: AuthorityKey.longestHolder + 1), roles: [.respond])
    }
    expectRefusal("authority-key") { _ = try AuthorityKey(publicKey: [1, 2], holder: "x", roles: [.respond]) }
  }
}

@Suite struct RosterSuccessionTests {
  private let now = FakeClock.start

  private func next(
    _ site: TestAuthority, signedBy keys: [AuthoritySigningKey], change: (inout Roster) -> Void = { _ in }
  ) throws -> Envelope {
    var roster = site.roster
    roster.serial += 1
    change(&roster)
    return try roster.sealed(by: keys)
  }

  @Test func followsAThresholdOfItsRoots() throws {
    let site = try TestAuthority()
    let envelope = try next(site, signedBy: [site.roots[0], site.roots[2]])
    #expect(try site.verifier.successor(envelope, at: now).serial == 2)
  }

  @Test func countsThePreviousRostersRoots() throws {
    let site = try TestAuthority()
    let usurper = try TestAuthority(seed: 3)
    var roster = usurper.roster
    roster.serial = 2
    let envelope = try roster.sealed(by: usurper.roots)
    expectRefusal("threshold") { _ = try site.verifier.successor(envelope, at: now) }
  }

  /// One of three roots is replaced, and then the second: the old ones and the new ones must both agree.
  @Test func rootsAreReplacedByOldAndNewTogether() throws {
    let site = try TestAuthority()
    var randomness = SeededRandomness(seed: 21)
    let fresh = [
      try AuthoritySigningKey(secret: randomness.bytes(32)), try AuthoritySigningKey(secret: randomness.bytes(32)),
    ]
    let change: (inout Roster) throws -> Void = { roster in
      roster.keys.removeAll { $0.id == site.roots[0].id || $0.id == site.roots[1].id }
      for (index, key) in fresh.enumerated() {
        roster.keys.append(try key.entry(holder: "new-\(index)", roles: [.root]))
      }
    }
    var roster = site.roster
    roster.serial += 1
    try change(&roster)
    // The old ones alone would hand the site over to keys that may not be there.
    expectRefusal("threshold") {
      _ = try site.verifier.successor(try roster.sealed(by: Array(site.roots.prefix(2))), at: now)
    }
    // The new ones alone would be a coup.
    expectRefusal("threshold") { _ = try site.verifier.successor(try roster.sealed(by: fresh), at: now) }
    let together = try roster.sealed(by: Array(site.roots.prefix(2)) + fresh)
    #expect(try site.verifier.successor(together, at: now) == roster)
    // What is in force can be started from, by a bundle or from one's own disk.
    #expect(try EnvelopeVerifier.bootstrap(together) == roster)
    // A stranger's signature spoils it for those who follow.
    var spoilt = together
    try spoilt.sign(with: try AuthoritySigningKey(secret: randomness.bytes(32)))
    expectRefusal("unknown-key") { _ = try site.verifier.successor(spoilt, at: now) }
  }

  @Test func oneRootIsNotEnoughHoweverLowTheNextThresholdIs() throws {
    let site = try TestAuthority()
    let envelope = try next(site, signedBy: [site.roots[0]]) { $0.thresholds[.roster] = 1 }
    expectRefusal("threshold") { _ = try site.verifier.successor(envelope, at: now) }
  }

  @Test(arguments: [0, 1] as [UInt64])
  func refusesRollback(step: UInt64) throws {
    let site = try TestAuthority(serial: 5)
    let envelope = try next(site, signedBy: site.roots) { $0.serial = 5 - step }
    expectRefusal("rolled-back") { _ = try site.verifier.successor(envelope, at: now) }
  }

  @Test func refusesAnotherSitesAndTheExpired() throws {
    let site = try TestAuthority()
    expectRefusal("other-site") {
      _ = try site.verifier.successor(try next(site, signedBy: site.roots) { $0.site = "elsewhere" }, at: now)
    }
    expectRefusal("expired-roster") {
      _ = try site.verifier.successor(try next(site, signedBy: site.roots) { $0.notAfter = now }, at: now)
    }
  }

  @Test func anExpiredRosterCanStillBeSucceeded() throws {
    let site = try TestAuthority(notAfter: now)
    let envelope = try next(site, signedBy: site.roots) { $0.notAfter = now.advanced(by: .seconds(60)) }
    #expect(try site.verifier.successor(envelope, at: now).serial == 2)
  }

  @Test func refusesAnythingButARoster() throws {
    let site = try TestAuthority()
    var envelope = Envelope(type: .trust, payload: try site.roster.encodedPayload())
    for root in site.roots { try envelope.sign(with: root) }
    expectRefusal("envelope-type") { _ = try site.verifier.successor(envelope, at: now) }
    expectRefusal("envelope-type") { _ = try EnvelopeVerifier.bootstrap(envelope) }
  }

  @Test func bootstrapsFromTheBundleOnly() throws {
    let site = try TestAuthority()
    #expect(try EnvelopeVerifier.bootstrap(try site.rosterEnvelope()) == site.roster)
    expectRefusal("threshold") { _ = try EnvelopeVerifier.bootstrap(try site.roster.sealed(by: [site.roots[0]])) }
  }
}
