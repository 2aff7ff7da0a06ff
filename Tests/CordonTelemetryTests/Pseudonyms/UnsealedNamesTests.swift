import CordonCore
import CordonTelemetry
import CordonTestSupport
import Crypto
import Testing

@Suite struct UnsealedNamesTests {
  static let order = UniqueID(bytes: [UInt8](repeating: 7, count: 16))!
  static let names: [CanonicalName] = [
    .domainAccount("ann", realm: "ward.example")!, .address(IPAddress("192.0.2.7")!),
    .patient(id: "4711", authority: "hospital")!,
    CanonicalName(kind: .path, canonical: [UInt8](repeating: 0xFF, count: CanonicalName.pathLimit))!,
  ]

  @Test(arguments: names) func anAnswerOpensWithItsKeyForItsOrderAtItsPlace(name: CanonicalName) throws {
    let key = Curve25519.KeyAgreement.PrivateKey()
    let sealed = try UnsealedNames.seal(name, to: [UInt8](key.publicKey.rawRepresentation), order: Self.order, place: 3)
    #expect(UnsealedNames.open(sealed, with: key, order: Self.order, place: 3) == name)
    #expect(UnsealedNames.open(sealed, with: key, order: Self.order, place: 2) == nil)
    let other = UniqueID(bytes: [UInt8](repeating: 8, count: 16))!
    #expect(UnsealedNames.open(sealed, with: key, order: other, place: 3) == nil)
    #expect(
      UnsealedNames.open(sealed, with: Curve25519.KeyAgreement.PrivateKey(), order: Self.order, place: 3) == nil)
  }

  @Test func whatIsNoAnswerOpensToNothing() throws {
    let key = Curve25519.KeyAgreement.PrivateKey()
    let sealed = try UnsealedNames.seal(
      Self.names[0], to: [UInt8](key.publicKey.rawRepresentation), order: Self.order, place: 0)
    for length in 0..<sealed.count {
      #expect(UnsealedNames.open(Array(sealed[..<length]), with: key, order: Self.order, place: 0) == nil)
    }
    for place in sealed.indices {
      var changed = sealed
      changed[place] ^= 1
      #expect(UnsealedNames.open(changed, with: key, order: Self.order, place: 0) == nil)
    }
  }

  @Test(arguments: [[], [1, 2, 3], [UInt8](repeating: 0, count: 31)])
  func aKeyOfAnotherLengthIsRefused(key: [UInt8]) {
    expectRefusal("answer-key") {
      _ = try UnsealedNames.seal(Self.names[0], to: key, order: Self.order, place: 0)
    }
  }
}
