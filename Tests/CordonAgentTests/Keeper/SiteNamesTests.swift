import CordonAgent
import CordonCore
import CordonTelemetry
import CordonTestSupport
import CordonTrust
import Crypto
import FoundationEssentials
import Glibc
import Testing

/// What a machine holds of the site's keys over rotations, restarts and replays.
@Suite struct SiteNamesTests {
  private static let now = FakeClock.start
  private static let agent = AgentID("0123456789abcdef0123456789abcdef")
  private static let key = Curve25519.KeyAgreement.PrivateKey()

  private static func secrets(_ epoch: UInt32) -> EpochSecrets {
    EpochSecrets(
      epoch: epoch, staff: [UInt8](repeating: UInt8(epoch), count: 32), patient: nil, begins: moment(Int(epoch) - 1))
  }

  /// Days after the start.
  private static func moment(_ days: Int) -> Timestamp { now.advanced(by: .seconds(Int64(days) * 86_400)) }

  private static func rotation(to epoch: UInt32, linkable days: Int = 30) throws -> KeyRotation {
    let next = secrets(epoch)
    return try RotatedKeys.seal(
      next, after: secrets(epoch - 1), linkableUntil: next.begins.advanced(by: .seconds(Int64(days) * 86_400)),
      to: try #require(agent), key: [UInt8](key.publicKey.rawRepresentation))
  }

  private static func with(_ body: ((Timestamp) throws -> SiteNames) throws -> Void) throws {
    try withTemporaryFolder { folder in
      let paths = AgentPaths(state: folder, run: folder)
      mkdir(paths.keeper, 0o700)
      let site = try TestSite()
      let bundle = SiteBundle(
        site: TestAuthority.site, domain: site.domain, roots: [site.root.chain.leaf],
        roster: try TestAuthority().rosterEnvelope(), keyEpoch: 1, staffKey: secrets(1).staff, patientKey: nil)
      try body { try SiteNames(bundle: bundle, paths: paths, sealingKey: key, at: $0) }
    }
  }

  private static func sealed(_ names: SiteNames) throws -> SealedEntity {
    var pseudonymiser = Pseudonymiser(keys: names.keys)
    let ann = try #require(CanonicalName.domainAccount("ann", realm: "hospital.example"))
    let sealed = pseudonymiser.sealed(ann, part: .actor)
    return try #require(sealed)
  }

  @Test func `names open after two rotations, also after a restart`() throws {
    try Self.with { start in
      var names = try start(Self.now)
      let first = try Self.sealed(names)
      try names.take(try Self.rotation(to: 2), at: Self.now)
      #expect(names.keys.staff.current.epoch == 1)
      #expect(try names.advance(to: Self.moment(1), keeping: []))
      let second = try Self.sealed(names)
      try names.take(try Self.rotation(to: 3), at: Self.moment(1))
      names = try start(Self.moment(2))
      let third = try Self.sealed(names)
      #expect([first, second, third].map(\.entity.keyEpoch) == [1, 2, 3])
      for sealed in [first, second, third] {
        #expect(try names.open(sealed) == Array("hospital.example/ann".utf8))
      }
    }
  }

  /// An agent that was away for both gets them in their order, late.
  @Test func `an agent that was away picks both up`() throws {
    try Self.with { start in
      let names = try start(Self.moment(50))
      expectRefusal("key-not-held") { try names.take(try Self.rotation(to: 3), at: Self.moment(50)) }
      try names.take(try Self.rotation(to: 2), at: Self.moment(50))
      try names.take(try Self.rotation(to: 3), at: Self.moment(50))
      #expect(names.keys.staff.current.epoch == 3)
    }
  }

  @Test func `an old rotation that is played again is refused`() throws {
    try Self.with { start in
      let names = try start(Self.now)
      let (second, third) = (try Self.rotation(to: 2), try Self.rotation(to: 3))
      try names.take(second, at: Self.now)
      try names.take(third, at: Self.now)
      // The same again is answered like the first time; it changes nothing.
      try names.take(second, at: Self.moment(3))
      #expect(names.schedule.epochs.map(\.epoch) == [1, 2, 3])
      #expect(try names.advance(to: Self.moment(40), keeping: []))
      #expect(names.schedule.epochs.map(\.epoch) == [3])
      for old in [second, third] {
        expectRefusal("rolled-back") { try names.take(old, at: Self.moment(40)) }
      }
    }
  }

  @Test func `what was forgotten does not come back with the bundle`() throws {
    try Self.with { start in
      var names = try start(Self.now)
      let first = try Self.sealed(names)
      try names.take(try Self.rotation(to: 2), at: Self.now)
      #expect(try names.advance(to: Self.moment(1), keeping: []))
      #expect(try !names.advance(to: Self.moment(31), keeping: [1]))
      #expect(try names.advance(to: Self.moment(31), keeping: []))
      names = try start(Self.moment(31))
      expectRefusal("key-not-held") { _ = try names.open(first) }
    }
  }
}
