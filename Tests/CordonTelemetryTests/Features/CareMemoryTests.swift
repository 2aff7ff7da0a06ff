import CordonCore
import CordonTelemetry
import CordonTestSupport
import Testing

@Suite struct CareMemoryTests {
  static let start = FakeClock.start
  static let day = Duration.seconds(86_400)

  static func patient(_ number: Int) throws -> CanonicalName {
    try #require(CanonicalName.patient(id: "\(number)", authority: "ehr"))
  }

  static func relation(_ parties: [String], to end: Timestamp = start.advanced(by: day)) -> CareRelation {
    CareRelation(patient: RawPatient(id: "1"), parties: parties, from: start, to: end)
  }

  @Test func `what nothing explains is not explained, and nothing planned is no planning`() throws {
    var care = CareMemory()
    #expect(!care.isInformed)
    care.take(Self.relation(["Practitioner/1"]), of: try Self.patient(1))
    #expect(care.isInformed)
    let (known, unknown) = (try Self.patient(1), try Self.patient(2))
    let explained = care.explains(["ann", "Practitioner/1"], with: known, at: Self.start)
    let (other, stranger) = (
      care.explains(["Practitioner/2"], with: known, at: Self.start),
      care.explains(["Practitioner/1"], with: unknown, at: Self.start)
    )
    #expect(explained && !other && !stranger)
  }

  @Test func `a text too long for a name is not kept`() throws {
    var care = CareMemory()
    let long = String(repeating: "x", count: CanonicalName.partLimit + 1)
    care.take(Self.relation([long, "Location/1"]), of: try Self.patient(1))
    care.take(membership: long, in: ["Location/1"])
    care.take(membership: "ann", in: [long])
    let (byLong, byAnn) = (
      care.explains([long], with: try Self.patient(1), at: Self.start),
      care.explains(["ann"], with: try Self.patient(1), at: Self.start)
    )
    #expect(!byLong && !byAnn)
  }

  @Test(arguments: [(-86_400, true), (-86_401, false), (15 * 86_400, true), (15 * 86_400 + 1, false)])
  func `care explains from a day before it until two weeks after`(seconds: Int, isExplained: Bool) throws {
    var care = CareMemory()
    care.take(Self.relation(["Practitioner/1"]), of: try Self.patient(1))
    let time = Self.start.advanced(by: .seconds(seconds))
    let found = care.explains(["Practitioner/1"], with: try Self.patient(1), at: time)
    #expect(found == isExplained)
  }

  @Test func `an account is a person, a person has a role, a role is on a ward`() throws {
    var care = CareMemory()
    care.take(Self.relation(["Location/ward-3"]), of: try Self.patient(1))
    care.take(membership: "ann", in: ["Practitioner/1"])
    care.take(membership: "Practitioner/1", in: ["PractitionerRole/r"])
    let before = care.explains(["ann"], with: try Self.patient(1), at: Self.start)
    care.take(membership: "PractitionerRole/r", in: ["Location/ward-3", "PractitionerRole/r"])
    let after = care.explains(["ann"], with: try Self.patient(1), at: Self.start)
    #expect(!before && after)
  }

  @Test func `a stay that ended replaces the one that had not`() throws {
    var care = CareMemory()
    care.take(Self.relation(["Practitioner/1"], to: .distantFuture), of: try Self.patient(1))
    care.take(Self.relation(["Practitioner/1"]), of: try Self.patient(1))
    let late = care.explains(["Practitioner/1"], with: try Self.patient(1), at: Self.start.advanced(by: Self.day * 60))
    #expect(!late)
  }

  @Test func `relations, groups and rings of groups are bounded`() throws {
    var care = CareMemory()
    for number in 0..<200 {
      var relation = Self.relation(["Practitioner/\(number)"])
      relation.from = Self.start.advanced(by: .milliseconds(number))
      care.take(relation, of: try Self.patient(1))
      care.take(membership: "ring-\(number % 10)", in: ["ring-\((number + 1) % 10)"])
    }
    let (first, last) = (
      care.explains(["Practitioner/0"], with: try Self.patient(1), at: Self.start),
      care.explains(["Practitioner/199", "ring-1"], with: try Self.patient(1), at: Self.start)
    )
    #expect(!first && last)
  }

  @Test func `planning of long names is forgotten before it fills the memory`() throws {
    var care = CareMemory()
    let name = { (number: Int) in "Location/\(number)-\(String(repeating: "x", count: CanonicalName.partLimit - 20))" }
    let parties = (0..<CareRelation.partyLimit).map(name)
    let each = parties.reduce(0) { $0 + $1.utf8.count }
    let most = CareMemory.byteLimit / each
    for number in 0..<(2 * most) { care.take(Self.relation(parties), of: try Self.patient(number)) }
    #expect(care.relationCount < most)
    let newest = care.explains([parties[0]], with: try Self.patient(2 * most - 1), at: Self.start)
    let oldest = care.explains([parties[0]], with: try Self.patient(0), at: Self.start)
    #expect(newest && !oldest)
  }
}

@Suite struct PatientHistoryTests {
  static let key = WindowKeys.own

  @Test func `the first time is the first time, also after a restart`() throws {
    var history = PatientHistory(key: Self.key)
    let ann = try #require(CanonicalName.domainAccount("ann", realm: "ehr"))
    let bob = try #require(CanonicalName.domainAccount("bob", realm: "ehr"))
    let patient = try CareMemoryTests.patient(1)
    let found = [history.isFirst(ann, patient), history.isFirst(ann, patient), history.isFirst(bob, patient)]
    #expect(found == [true, false, true])
    var again = PatientHistory(key: Self.key, encoded: history.encoded)
    let (known, new) = (again.isFirst(ann, patient), again.isFirst(ann, try CareMemoryTests.patient(2)))
    #expect(!known && new)
    #expect(history.encoded.count == 16)
  }

  @Test func `it is bounded, in memory and in what is read`() throws {
    var history = PatientHistory(key: Self.key, encoded: [UInt8](repeating: 1, count: 7))
    #expect(history.count == 0)
    let ann = try #require(CanonicalName.domainAccount("ann", realm: "ehr"))
    for number in 0..<300_000 {
      guard let patient = CanonicalName.patient(id: "\(number)", authority: "e") else { continue }
      _ = history.isFirst(ann, patient)
    }
    #expect(history.count <= 2 * PatientHistory.limit)
    #expect(history.encoded.count <= PatientHistory.encodedLimit)
  }
}
