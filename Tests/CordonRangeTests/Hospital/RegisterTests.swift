import CordonCore
import CordonRange
import CordonTelemetry
import Testing

@Suite struct RegisterTests {
  /// What the register says of kin is what the agent makes of it.
  @Test func kinAreWhoTheRegisterSays() throws {
    let hospital = try Hospital(HospitalSettings(seed: 7, attacks: []))
    let register = Register(hospital)
    var parser = EHRParser()
    var found: [Observation] = []
    for record in EHRSensor.records(inReplay: Array(FHIRCare(in: hospital).text.utf8)).records {
      parser.parse(record, arrived: .epoch, into: &found)
    }
    #expect(parser.counters.malformed == 0)
    let people = found.compactMap { observation -> CarePerson? in
      if case .care(.person(let person)) = observation.object { person } else { nil }
    }
    let staff = people.filter { !$0.names.isEmpty }
    let patients = people.filter { !$0.patients.isEmpty }
    #expect(staff.count == hospital.staff.count)
    let own = Set(staff.flatMap(\.identities))
    let houses = Set(staff.flatMap(\.households))
    var (colleagues, households) = (0, 0)
    for patient in patients {
      let number = try #require(patient.patients.first.flatMap { Int($0.id) })
      let isColleague = !own.isDisjoint(with: patient.identities)
      let isHousehold = !houses.isDisjoint(with: patient.households)
      switch register.bond(of: number) {
      case .colleague:
        colleagues += 1
        #expect(isColleague)
      case .household:
        households += 1
        #expect(isHousehold && !isColleague)
      case nil: #expect(!isColleague && !isHousehold)
      }
    }
    #expect(colleagues > 0 && households > 0)
  }
}
