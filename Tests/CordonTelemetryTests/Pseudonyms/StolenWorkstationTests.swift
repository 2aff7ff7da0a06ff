import CordonCore
import CordonTelemetry
import CordonTestSupport
import Crypto
import Testing

/// What the collector's disk and root on one workstation tell together about patients: whoever has both knows every
/// pseudonym and sealed name that was ever reported, and all keys that a workstation holds.
@Suite struct StolenWorkstationTests {
  static let patients = 10_000

  /// What a gateway has reported of all patients: pseudonyms, and some sealed names, which take longer to make.
  static func reported(by keys: PseudonymKeys) throws -> (pseudonyms: Set<[UInt8]>, sealed: [SealedEntity]) {
    var gateway = Pseudonymiser(keys: keys)
    var pseudonyms: Set<[UInt8]> = []
    var sealed: [SealedEntity] = []
    for number in 0..<patients {
      let name = try #require(CanonicalName.patient(id: "\(number)", authority: "HOSP"))
      let reference = gateway.reference(to: name)
      pseudonyms.insert(try #require(reference).pseudonym)
      guard number.isMultiple(of: 200) else { continue }
      let made = gateway.sealed(name, part: .target)
      sealed.append(try #require(made))
    }
    return (pseudonyms, sealed)
  }

  /// How many patients a thief names who tries all record numbers under every key, as every kind of entity.
  static func named(_ pseudonyms: Set<[UInt8]>, with keys: [SymmetricKey]) throws -> Int {
    var found = 0
    for number in 0..<patients {
      let name = try #require(CanonicalName.patient(id: "\(number)", authority: "HOSP"))
      let isFound = keys.contains { key in
        EntityKind.allCases.contains { kind in
          var code = HMAC<SHA256>(key: key)
          code.update(data: [kind.rawValue, 0])
          code.update(data: name.bytes)
          return pseudonyms.contains(Array(code.finalize().prefix(EntityRef.pseudonymLength)))
        }
      }
      if isFound { found += 1 }
    }
    return found
  }

  @Test func `of ten thousand record numbers none is named`() throws {
    let gateway = try PseudonymTests.keys(patient: true)
    let workstation = try PseudonymTests.keys()
    let (pseudonyms, sealed) = try Self.reported(by: gateway)
    #expect(pseudonyms.count == Self.patients)
    #expect(try Self.named(pseudonyms, with: [workstation.staff.current.key, workstation.path]) == 0)
    for entity in sealed { #expect(throws: (any Error).self) { try SealedNames.open(entity, keys: workstation) } }
    // The same thief, at a gateway: this is why workstations never hold that key.
    let key = try #require(gateway.patient).current.key
    #expect(try Self.named(pseudonyms, with: [key]) == Self.patients)
    #expect(throws: Never.self) { try SealedNames.open(try #require(sealed.first), keys: gateway) }
  }
}
