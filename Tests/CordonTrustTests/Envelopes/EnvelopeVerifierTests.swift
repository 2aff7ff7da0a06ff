import CordonCore
import CordonTestSupport
import CordonTrust
import Testing

@Suite struct EnvelopeVerifierTests {
  private let now = FakeClock.start
  private let payload: [UInt8] = Array("what to do".utf8)

  private func envelope(_ type: EnvelopeType, _ keys: AuthoritySigningKey...) throws -> Envelope {
    var envelope = Envelope(type: type, payload: payload)
    for key in keys { try envelope.sign(with: key) }
    return envelope
  }

  @Test func tellsWhoSigned() throws {
    let site = try TestAuthority()
    let verified = try site.verifier.verify(try envelope(.command, site.bob, site.clara), at: now)
    #expect(verified.signers.map(\.holder) == ["bob", "clara"])
    #expect(verified.roles == [.respond, .clinical])
    #expect(verified.payload == payload)
    #expect(try verified.authority(for: .containClinical) == .signed(.containClinical))
  }

  @Test func everySingleBitFlipIsRefused() throws {
    let site = try TestAuthority()
    let bytes = try envelope(.policy, site.ann).serialized()
    for bit in 0..<(bytes.count * 8) {
      var flipped = bytes
      flipped[bit / 8] ^= 1 << UInt8(bit % 8)
      #expect(throws: CordonError.self, "bit \(bit)") {
        _ = try site.verifier.verify(try Envelope(serialized: flipped), for: .policy, at: now)
      }
    }
  }

  @Test func everySingleBitFlipOfATwiceSignedEnvelopeIsRefused() throws {
    let site = try TestAuthority()
    // One signature would do; a wrong second one still spoils it.
    let bytes = try envelope(.command, site.ann, site.bob).serialized()
    for bit in 0..<(bytes.count * 8) {
      var flipped = bytes
      flipped[bit / 8] ^= 1 << UInt8(bit % 8)
      #expect(throws: CordonError.self, "bit \(bit)") {
        _ = try site.verifier.verify(try Envelope(serialized: flipped), for: .contain, at: now)
      }
    }
  }

  @Test func refusesTheUnsigned() throws {
    let site = try TestAuthority()
    expectRefusal("unsigned") { _ = try site.verifier.verify(try envelope(.policy), at: now) }
  }

  @Test func refusesAStrangersKey() throws {
    let site = try TestAuthority()
    let stranger = try TestAuthority(seed: 2)
    expectRefusal("unknown-key") { _ = try site.verifier.verify(try envelope(.policy, stranger.ann), at: now) }
    expectRefusal("unknown-key") {
      _ = try site.verifier.verify(try envelope(.policy, site.ann, stranger.ann), at: now)
    }
  }

  @Test func refusesASignatureUnderAnothersKeyID() throws {
    let site = try TestAuthority()
    var forged = try envelope(.policy, site.bob)
    forged.signatures[0].keyID = site.ann.id
    expectRefusal("signature") { _ = try site.verifier.verify(forged, at: now) }
  }

  @Test func refusesAPayloadUnderAnotherType() throws {
    let site = try TestAuthority()
    var moved = try envelope(.release, site.ann)
    moved.type = .policy
    expectRefusal("signature") { _ = try site.verifier.verify(moved, at: now) }
  }

  @Test func refusesTheSameKeyTwice() throws {
    let site = try TestAuthority()
    var doubled = try envelope(.command, site.bob)
    doubled.signatures.append(doubled.signatures[0])
    expectRefusal("signature") { _ = try site.verifier.verify(doubled, at: now) }
  }

  @Test func refusesUnderAnExpiredRoster() throws {
    let site = try TestAuthority(notAfter: now)
    let signed = try envelope(.policy, site.ann)
    expectRefusal("expired-roster") { _ = try site.verifier.verify(signed, at: now) }
    _ = try site.verifier.verify(signed, at: now.advanced(by: .milliseconds(-1)))
  }

  /// Who may do what; by holder, in the order of signing.
  static let thresholds: [(EnvelopeType, [String], AuthorityAct, Bool)] = [
    (.policy, ["ann"], .policy, true),
    (.policy, ["bob"], .policy, false),
    (.policy, ["root-1"], .policy, false),
    (.policy, ["collector"], .policy, false),
    (.policy, ["ann"], .contain, false),
    (.command, ["bob"], .contain, true),
    (.command, ["clara"], .contain, false),
    (.command, ["paul"], .contain, false),
    (.command, ["collector"], .containClinical, false),
    (.command, ["ann", "bob"], .containClinical, false),
    (.command, ["clara"], .containClinical, false),
    (.command, ["clara", "collector"], .containClinical, false),
    (.command, ["bob", "clara"], .containClinical, true),
    (.command, ["ann"], .policy, false),
    (.roster, ["root-1"], .roster, false),
    (.roster, ["root-1", "ann"], .roster, false),
    (.roster, ["root-1", "root-3"], .roster, true),
    (.trust, ["collector"], .roster, false),
  ]

  @Test(arguments: thresholds)
  func countsOnlyWhoMay(type: EnvelopeType, holders: [String], act: AuthorityAct, isEnough: Bool) throws {
    let site = try TestAuthority()
    let byHolder = [
      "ann": site.ann, "bob": site.bob, "clara": site.clara, "paul": site.paul, "collector": site.standing,
      "root-1": site.roots[0], "root-2": site.roots[1], "root-3": site.roots[2],
    ]
    var signed = Envelope(type: type, payload: payload)
    for holder in holders { try signed.sign(with: try #require(byHolder[holder])) }
    if isEnough {
      _ = try site.verifier.verify(signed, for: act, at: now)
    } else {
      expectRefusal("threshold") { _ = try site.verifier.verify(signed, for: act, at: now) }
    }
  }

  @Test func twoKeysOfOnePersonCountOnce() throws {
    let site = try TestAuthority()
    var randomness = SeededRandomness(seed: 9)
    let second = try AuthoritySigningKey(secret: randomness.bytes(32))
    var roster = site.roster
    roster.keys.append(try second.entry(holder: "clara", roles: [.clinical, .respond]))
    let verified = try EnvelopeVerifier(roster: roster).verify(try envelope(.command, site.clara, second), at: now)
    #expect(verified.signatures(for: .containClinical) == 1)
    expectRefusal("threshold") { try verified.require(.containClinical) }
  }

  @Test func standingActsOnlyOnCommands() throws {
    let site = try TestAuthority()
    for type in [EnvelopeType.command, .renewal, .release] {
      let verified = try site.verifier.verify(try envelope(type, site.standing), at: now)
      #expect(try verified.authority() == .standing)
      expectRefusal("threshold") { _ = try verified.authority(for: .containClinical) }
    }
    for type in [EnvelopeType.roster, .policy, .trust] {
      let verified = try site.verifier.verify(try envelope(type, site.standing), at: now)
      expectRefusal("threshold") { _ = try verified.authority() }
    }
  }

  @Test func oneClinicalApproverMayRelease() throws {
    let site = try TestAuthority(thresholds: [.contain: 2])
    let release = try site.verifier.verify(try envelope(.release, site.clara), at: now)
    #expect(try release.authority() == .signed(.contain))
    let command = try site.verifier.verify(try envelope(.command, site.bob), at: now)
    expectRefusal("threshold") { _ = try command.authority() }
  }

  @Test func decodesOnlyItsOwnType() throws {
    let site = try TestAuthority()
    let verified = try site.verifier.verify(try envelope(.policy, site.ann), at: now)
    expectRefusal("envelope-type") { _ = try verified.decode(Roster.self) }
  }
}
