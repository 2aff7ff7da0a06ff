import CordonCore
import CordonRange
import CordonTelemetry
import Testing

@Suite struct ATNAMessageTests {
  /// What an agent makes of a trail.
  private static func read(_ trail: [UInt8]) -> (found: [Observation], counters: ParserCounters) {
    var parser = EHRSensor().makeParser()
    var found: [Observation] = []
    for record in EHRSensor.records(inReplay: trail).records {
      parser.parse(record, arrived: Timestamp(milliseconds: 0), into: &found)
    }
    parser.finish(into: &found)
    return (found, parser.counters)
  }

  private static func access(_ observation: Observation) -> (act: EHRAccess.Act, patients: [String], origin: String)? {
    guard case .access(let access) = observation.object else { return nil }
    return (access.act, access.patients.map(\.id), access.origin)
  }

  @Test(arguments: [RecordAccess.Interaction.read, .update, .export, .search])
  func `an agent reads the same of both forms of a trail`(interaction: RecordAccess.Interaction) throws {
    let hospital = try Hospital(HospitalSettings(seed: 5, attacks: []))
    let access = RecordAccess(
      time: hospital.calendar.start.advanced(by: .milliseconds(3_723_004)), person: 2, host: 1,
      interaction: interaction, patient: interaction == .search ? nil : 400_123)
    var (fhir, atna) = ([UInt8](), [UInt8]())
    var trail = FHIRAuditEvent(in: hospital)
    trail.append(access, to: &fhir)
    ATNAMessage(in: hospital).append(access, to: &atna)
    #expect(atna.count { $0 == 0x0A } == 1)
    let told = Self.read(atna)
    #expect(told.counters.malformed == 0 && told.found.count == 1)
    let message = try #require(told.found.first)
    let event = try #require(Self.read(fhir).found.first)
    let (one, other) = (try #require(Self.access(message)), try #require(Self.access(event)))
    #expect(one.act == other.act && one.patients == other.patients && one.origin == other.origin)
    #expect(message.time == access.time && message.time == event.time)
    #expect(message.outcome == event.outcome)
    #expect(message.actor == .record(hospital.staff[2].account))
  }
}
