import CordonCore
import CordonTelemetry
import CordonTestSupport
import Crypto
import Testing

/// The next epoch's keys come to who held the present ones, and to nobody else.
@Suite struct RotatedKeysTests {
  private typealias Samples = EpochSamples
  private static let agent = AgentID("0123456789abcdef0123456789abcdef")

  private static func sealed(to key: Curve25519.KeyAgreement.PrivateKey) throws -> KeyRotation {
    try RotatedKeys.seal(
      Samples.secrets(2, day: 1, isGateway: true), after: Samples.secrets(1, isGateway: true),
      linkableUntil: Samples.moment(31), to: try #require(agent), key: [UInt8](key.publicKey.rawRepresentation))
  }

  private static func schedule(_ secrets: EpochSecrets) throws -> KeySchedule {
    try KeySchedule([secrets], at: Samples.moment(0))
  }

  @Test func `a gateway gets both keys, a workstation never the patients'`() throws {
    let key = Curve25519.KeyAgreement.PrivateKey()
    let rotation = try Self.sealed(to: key)
    let gateway = try Self.schedule(Samples.secrets(1, isGateway: true))
    #expect(try RotatedKeys.open(rotation, with: key, holding: gateway) == Samples.secrets(2, day: 1, isGateway: true))
    let workstation = try Self.schedule(Samples.secrets(1))
    #expect(try RotatedKeys.open(rotation, with: key, holding: workstation) == Samples.secrets(2, day: 1))
  }

  /// A collector that shows a key of its own as an agent's gets an envelope, and nothing out of it.
  @Test func `the addressed key alone opens nothing`() throws {
    let thief = Curve25519.KeyAgreement.PrivateKey()
    let rotation = try Self.sealed(to: thief)
    var guess = Samples.secrets(1, isGateway: true)
    guess.staff[0] ^= 1
    expectRefusal("keys-unreadable") {
      _ = try RotatedKeys.open(rotation, with: thief, holding: try Self.schedule(guess))
    }
    // Who has the root of a workstation and that envelope has the staff's key, as before, and still not the patients'.
    guess = Samples.secrets(1, isGateway: true)
    guess.patient?[0] ^= 1
    expectRefusal("keys-unreadable") {
      _ = try RotatedKeys.open(rotation, with: thief, holding: try Self.schedule(guess))
    }
  }

  @Test func `another agent's, another epoch's and a changed one do not open`() throws {
    let key = Curve25519.KeyAgreement.PrivateKey()
    let rotation = try Self.sealed(to: key)
    let present = try Self.schedule(Samples.secrets(1))
    expectRefusal("keys-unreadable") {
      _ = try RotatedKeys.open(rotation, with: Curve25519.KeyAgreement.PrivateKey(), holding: present)
    }
    var other = rotation
    other.agentID = try #require(AgentID("ffffffffffffffffffffffffffffffff"))
    expectRefusal("keys-unreadable") { _ = try RotatedKeys.open(other, with: key, holding: present) }
    for place in [0, 31, 32, 79] {
      var changed = rotation
      changed.sealedStaff[place] ^= 1
      expectRefusal("keys-unreadable") { _ = try RotatedKeys.open(changed, with: key, holding: present) }
    }
    expectRefusal("key-not-held") {
      _ = try RotatedKeys.open(rotation, with: key, holding: try Self.schedule(Samples.secrets(3)))
    }
    expectRefusal("sealing-key") {
      _ = try RotatedKeys.seal(
        Samples.secrets(2), after: Samples.secrets(1), linkableUntil: .epoch, to: try #require(Self.agent), key: [1, 2])
    }
  }
}
