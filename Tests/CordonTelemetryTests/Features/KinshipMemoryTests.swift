import CordonCore
import CordonTelemetry
import Testing

@Suite struct KinshipMemoryTests {
  typealias Kinship = KinshipMemory.Kinship

  static func memory() -> KinshipMemory {
    KinshipMemory { $0.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 } }
  }

  static func patient(_ number: Int) throws -> CanonicalName {
    try #require(CanonicalName.patient(id: "\(number)", authority: "ehr"))
  }

  static func staff(_ name: String, _ identity: String, _ household: String = "") -> CarePerson {
    CarePerson(names: [name], identities: [identity], households: household.isEmpty ? [] : [household])
  }

  static func patient(_ identity: String, _ household: String = "") -> CarePerson {
    CarePerson(identities: [identity], households: household.isEmpty ? [] : [household])
  }

  @Test func `self, household, colleague and stranger are told apart`() throws {
    var memory = Self.memory()
    memory.take(Self.staff("Practitioner/1", "doe ann 1980", "doe 12345 road 1"), patients: [])
    memory.take(Self.staff("Practitioner/2", "roe bob 1970"), patients: [])
    memory.take(Self.patient("doe ann 1980", "doe 12345 road 1"), patients: [try Self.patient(1)])
    memory.take(Self.patient("doe tim 2010", "doe 12345 road 1"), patients: [try Self.patient(2)])
    memory.take(Self.patient("roe bob 1970"), patients: [try Self.patient(3)])
    memory.take(Self.patient("poe eve 1990", "poe 12345 road 1"), patients: [try Self.patient(4)])
    var found: [Kinship] = []
    for number in 1...5 {
      found.append(memory.kinship(of: ["ann", "Practitioner/1"], with: try Self.patient(number)))
    }
    #expect(
      found == [
        Kinship(isSelf: true), Kinship(isHousehold: true), Kinship(isCoworker: true), Kinship(), Kinship(),
      ])
    let stranger = memory.kinship(of: ["Practitioner/9"], with: try Self.patient(2))
    #expect(stranger == Kinship())
  }

  @Test func `a register that links a person's numbers is enough`() throws {
    var memory = Self.memory()
    let person = CarePerson(names: ["Practitioner/1"], identities: ["person 7"])
    memory.take(person, patients: [try Self.patient(1)])
    memory.take(Self.patient("doe ann 1980"), patients: [try Self.patient(1)])
    let own = memory.kinship(of: ["Practitioner/1"], with: try Self.patient(1))
    let other = memory.kinship(of: ["Practitioner/2"], with: try Self.patient(1))
    #expect(own == Kinship(isSelf: true) && other == Kinship(isCoworker: true))
  }

  @Test func `marks of one person are bounded`() throws {
    var memory = Self.memory()
    for number in 0..<100 { memory.take(Self.staff("Practitioner/1", "\(number)"), patients: []) }
    memory.take(Self.patient("99"), patients: [try Self.patient(1)])
    memory.take(Self.patient("0"), patients: [try Self.patient(2)])
    let (newest, oldest) = (
      memory.kinship(of: ["Practitioner/1"], with: try Self.patient(1)),
      memory.kinship(of: ["Practitioner/1"], with: try Self.patient(2))
    )
    #expect(newest.isSelf && !oldest.isSelf)
  }
}
