import CordonCore
import CordonTelemetry
import CordonTestSupport
import Testing

@Suite struct FHIRPersonTests {
  static func people(_ text: String) -> [CarePerson] {
    var parser = EHRParser()
    var found: [Observation] = []
    parser.parse(Array(text.utf8), arrived: FakeClock.start, into: &found)
    #expect(parser.counters.malformed == 0)
    return found.compactMap { observation in
      guard case .care(.person(let person)) = observation.object else { return nil }
      return person
    }
  }

  @Test func `a patient and a member of staff who are one are written alike`() throws {
    let patient = try #require(
      Self.people(
        """
        {"resourceType":"Patient","id":"p1","identifier":[{"system":"urn:oid:1.2","value":"77"}],"birthDate":"1980-02-03",\
        "name":[{"family":"O'Neill-Döe","given":["Ann","Maria"]}],"address":[{"line":["Main Rd. 1"],"city":"X",\
        "postalCode":"12 345"}]}
        """
      ).first)
    #expect(patient.patients == [RawPatient(id: "77", authority: "1.2"), RawPatient(id: "p1")])
    #expect(patient.identities == ["oneilldöe ann 1980-02-03"])
    #expect(patient.households == ["oneilldöe 12345 mainrd1"])
    let staff = try #require(
      Self.people(
        """
        {"resourceType":"Practitioner","id":"12","identifier":[{"value":"ann"}],"birthDate":"1980-02-03",\
        "name":[{"family":"O’NEILL DÖE","given":["ann"]}],"address":[{"line":["main rd 1"],"postalCode":"12345"}]}
        """
      ).first)
    #expect(staff.names == ["ann", "Practitioner/12"])
    #expect(staff.identities == patient.identities && staff.households == patient.households)
  }

  @Test func `a link makes them one without any name`() throws {
    let person = try #require(
      Self.people(
        """
        {"resourceType":"Person","id":"7","link":[{"target":{"reference":"Patient/p1"}},\
        {"target":{"reference":"Practitioner/12"}}]}
        """
      ).first)
    #expect(person.patients == [RawPatient(id: "p1")])
    #expect(person.names == ["Practitioner/12"] && person.identities == ["person 7"])
  }

  @Test(arguments: [
    #"{"resourceType":"Patient"}"#, #"{"resourceType":"Patient","id":"1","name":[{"family":"Doe"}]}"#,
    #"{"resourceType":"Person","id":"7"}"#, #"{"resourceType":"Patient","name":"Doe","address":7,"birthDate":{}}"#,
    #"{"resourceType":"Practitioner","id":"1","name":[{"given":["Ann"]}],"birthDate":"1980-01-01"}"#,
  ])
  func `what has nothing to compare says nothing`(text: String) { #expect(Self.people(text) == []) }
}
