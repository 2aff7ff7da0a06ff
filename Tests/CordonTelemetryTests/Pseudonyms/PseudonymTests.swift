import CordonCore
import CordonTelemetry
import CordonTestSupport
import Crypto
import Testing

/// Outside of the testing macros, which cannot call what mutates.
private func reference(_ name: CanonicalName, by pseudonymiser: inout Pseudonymiser) throws -> EntityRef {
  let made = pseudonymiser.reference(to: name)
  return try #require(made)
}

private func sealed(
  _ name: CanonicalName, _ part: SealedEntity.Part, by pseudonymiser: inout Pseudonymiser
) throws -> SealedEntity {
  let made = pseudonymiser.sealed(name, part: part)
  return try #require(made)
}

@Suite struct PseudonymTests {
  static let machine = MachineID("0123456789abcdef0123456789abcdef")!

  static func keys(epoch: UInt32 = 1, byte: UInt8 = 0x11, patient: Bool = false) throws -> PseudonymKeys {
    PseudonymKeys(
      staff: KeyRing(current: try #require(EpochKey(epoch: epoch, bytes: [UInt8](repeating: byte, count: 32)))),
      patient: patient
        ? KeyRing(current: try #require(EpochKey(epoch: epoch, bytes: [UInt8](repeating: 0x77, count: 32)))) : nil,
      path: SymmetricKey(data: [UInt8](repeating: 0x22, count: 32)))
  }

  @Test func `a pseudonym is the HMAC of kind, zero and name`() throws {
    var pseudonymiser = Pseudonymiser(keys: try Self.keys())
    let ann = try #require(CanonicalName.domainAccount("Ann", realm: "Ward.Example"))
    let made = try reference(ann, by: &pseudonymiser)
    // From another implementation: hmac.new(b'\x11'*32, b'\x01\x00ward.example/ann', 'sha256').hexdigest()[:32].
    #expect(Hex.encode(made.pseudonym) == "9098234b12878197803cbfbe479e54e5")
    #expect(made.keyEpoch == 1)
    #expect(made.label.isEmpty)
    let address = CanonicalName.address(try #require(IPAddress("::ffff:192.0.2.7")))
    // hmac.new(b'\x11'*32, b'\x06\x00\xc0\x00\x02\x07', 'sha256').hexdigest()[:32].
    let other = try reference(address, by: &pseudonymiser)
    #expect(Hex.encode(other.pseudonym) == "db6522545bb8c8ddc839503dca5011e3")
  }

  @Test func `paths have a key of the agent's own`() throws {
    var one = Pseudonymiser(keys: try Self.keys())
    var otherKeys = try Self.keys()
    otherKeys.path = SymmetricKey(data: [UInt8](repeating: 0x23, count: 32))
    var other = Pseudonymiser(keys: otherKeys)
    let path = try #require(CanonicalName.path(Array("/home/ann/x".utf8)))
    let user = try #require(CanonicalName.account("ann", on: Self.machine))
    let paths = try (reference(path, by: &one), reference(path, by: &other))
    let users = try (reference(user, by: &one), reference(user, by: &other))
    #expect(paths.0 != paths.1)
    #expect(users.0 == users.1)
  }

  @Test func `a workstation has no pseudonym for a patient, a gateway has`() throws {
    let patient = try #require(CanonicalName.patient(id: "4711", authority: "HOSP"))
    var workstation = Pseudonymiser(keys: try Self.keys())
    let nothing = (workstation.reference(to: patient), workstation.sealed(patient, part: .target))
    #expect(nothing.0 == nil && nothing.1 == nil)
    var gateway = Pseudonymiser(keys: try Self.keys(patient: true))
    let sealed = try CordonTelemetryTests.sealed(patient, .target, by: &gateway)
    #expect(try SealedNames.open(sealed, keys: Self.keys(patient: true)) == patient)
    expectRefusal("key-not-held") { _ = try SealedNames.open(sealed, keys: Self.keys()) }
  }

  @Test func `hosts, devices and named service accounts are clear`() throws {
    var pseudonymiser = Pseudonymiser(keys: try Self.keys())
    let host = try #require(CanonicalName.label("ws-17", kind: .host))
    let clear = try reference(host, by: &pseudonymiser)
    #expect(clear == EntityRef(kind: .host, label: "ws-17"))
    let backup = try #require(CanonicalName.account("backup", on: Self.machine))
    let before = try reference(backup, by: &pseudonymiser)
    #expect(before.label.isEmpty)
    pseudonymiser.setClear([backup: "backup"])
    let after = try reference(backup, by: &pseudonymiser)
    #expect(after == EntityRef(kind: .user, label: "backup"))
  }

  @Test func `a new epoch changes every pseudonym; the old one still opens`() throws {
    var keys = try Self.keys()
    var pseudonymiser = Pseudonymiser(keys: keys)
    let ann = try #require(CanonicalName.account("ann", on: Self.machine))
    let before = try CordonTelemetryTests.sealed(ann, .actor, by: &pseudonymiser)
    let next = try #require(EpochKey(epoch: 2, bytes: [UInt8](repeating: 0x33, count: 32)))
    keys.staff = KeyRing(current: next, others: [keys.staff.current])
    pseudonymiser.use(keys)
    #expect(pseudonymiser.matches(ann, [before.entity]) && !pseudonymiser.matches(ann, []))
    let after = try CordonTelemetryTests.sealed(ann, .actor, by: &pseudonymiser)
    #expect(after.entity.keyEpoch == 2)
    #expect(after.entity.pseudonym != before.entity.pseudonym)
    #expect(try SealedNames.open(before, keys: keys) == ann)
    #expect(try SealedNames.open(after, keys: keys) == ann)
    keys.staff = KeyRing(current: next)
    expectRefusal("key-not-held") { _ = try SealedNames.open(before, keys: keys) }
  }

  @Test func `the cache is bounded and never changes an answer`() throws {
    var pseudonymiser = Pseudonymiser(keys: try Self.keys())
    var first: [EntityRef?] = []
    for uid in UInt32(0)..<6000 {
      first.append(pseudonymiser.reference(to: .localAccount(uid: uid, on: Self.machine)))
    }
    for uid in UInt32(0)..<6000 {
      let again = pseudonymiser.reference(to: .localAccount(uid: uid, on: Self.machine))
      #expect(again == first[Int(uid)])
    }
    #expect(Set(first).count == 6000)
  }
}

@Suite struct SealedNamesTests {
  @Test(arguments: [1, 28, 29, 30, 61, 255, 4095, 4096]) func `a path of any length is sealed and opened`(length: Int)
    throws
  {
    let keys = try PseudonymTests.keys()
    var pseudonymiser = Pseudonymiser(keys: keys)
    let path = try #require(CanonicalName.path([UInt8](repeating: 0x61, count: length)))
    let sealed = try CordonTelemetryTests.sealed(path, .file, by: &pseudonymiser)
    #expect(sealed.sealedName.count <= 4096 + 64)
    #expect((sealed.sealedName.count - 48) % 16 == 0)
    #expect(try SealedNames.open(sealed, keys: keys) == path)
    let again = try CordonTelemetryTests.sealed(path, .file, by: &pseudonymiser)
    #expect(again.sealedName != sealed.sealedName)
  }

  @Test func `a name sealed under another's pseudonym is found out`() throws {
    let keys = try PseudonymTests.keys()
    var pseudonymiser = Pseudonymiser(keys: keys)
    let ann = CanonicalName.address(try #require(IPAddress("192.0.2.1")))
    let bob = CanonicalName.address(try #require(IPAddress("192.0.2.2")))
    var swapped = try CordonTelemetryTests.sealed(ann, .target, by: &pseudonymiser)
    swapped.sealedName = try CordonTelemetryTests.sealed(bob, .target, by: &pseudonymiser).sealedName
    expectRefusal("sealed-name-mismatch") { _ = try SealedNames.open(swapped, keys: keys) }
  }

  @Test func `a changed, cut or foreign sealed name does not open`() throws {
    let keys = try PseudonymTests.keys()
    var pseudonymiser = Pseudonymiser(keys: keys)
    let sealed = try CordonTelemetryTests.sealed(
      .address(#require(IPAddress("192.0.2.1"))), .target, by: &pseudonymiser)
    var randomness = SeededRandomness(seed: 5)
    for index in sealed.sealedName.indices {
      var changed = sealed
      changed.sealedName[index] ^= UInt8.random(in: 1...255, using: &randomness)
      #expect(throws: CordonError.self) { _ = try SealedNames.open(changed, keys: keys) }
    }
    for length in [0, 1, 32, 48, 49, sealed.sealedName.count - 1] {
      var cut = sealed
      cut.sealedName = Array(sealed.sealedName.prefix(length))
      #expect(throws: CordonError.self) { _ = try SealedNames.open(cut, keys: keys) }
    }
    let foreign = try PseudonymTests.keys(byte: 0x12)
    expectRefusal("sealed-name-unreadable") { _ = try SealedNames.open(sealed, keys: foreign) }
    expectRefusal("sealed-name-missing") {
      _ = try SealedNames.open(SealedEntity(entity: EntityRef(kind: .host, label: "ws"), part: .host), keys: keys)
    }
  }
}
