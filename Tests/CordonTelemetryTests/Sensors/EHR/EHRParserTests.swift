import CordonCore
import CordonTelemetry
import CordonTestSupport
import Testing

@Suite struct EHRParserTests {
  static func parse(_ record: String) -> (found: [Observation], counters: ParserCounters) {
    var parser = EHRParser()
    var found: [Observation] = []
    parser.parse(Array(record.utf8), arrived: FakeClock.start, into: &found)
    parser.finish(into: &found)
    return (found, parser.counters)
  }

  static func access(_ record: String) throws -> (observation: Observation, access: EHRAccess) {
    let observation = try #require(parse(record).found.first)
    guard case .access(let access) = observation.object else { throw Failure.none }
    return (observation, access)
  }

  enum Failure: Error { case none }

  @Test func `the EHR sensor keeps the contract`() {
    SensorConformance(sensor: EHRSensor(), recording: EHRSamples.recording, count: EHRSamples.count).checkAll()
  }

  @Test func `a read is told with its person, patient and workstation`() throws {
    let (observation, access) = try Self.access(EHRSamples.read)
    #expect(observation.time == FakeClock.start.advanced(by: .milliseconds(1250)))
    #expect(observation.family == .ehr)
    #expect(observation.actor == .record("ann"))
    #expect(observation.outcome == .success)
    #expect(
      access
        == EHRAccess(
          act: .open, patients: [RawPatient(id: "4711")], aliases: ["Practitioner/12", "ann"], origin: "192.0.2.7"))
  }

  @Test func `R5 says the same in other places`() throws {
    let (observation, access) = try Self.access(EHRSamples.search)
    #expect(observation.time == FakeClock.start.advanced(by: .seconds(2)), "when it happened, not when it was noted")
    #expect(observation.actor == .record("bob"))
    #expect(access == EHRAccess(act: .search, aliases: ["bob"], origin: "ws-3"))
  }

  @Test func `an override is told by its reason, a patient by OID and number`() throws {
    let (_, access) = try Self.access(EHRSamples.override)
    #expect(access.isBreakGlass)
    #expect(access.patients == [RawPatient(id: "88", authority: "1.2.3")])
  }

  @Test func `an audit message is read as DICOM has it`() throws {
    let (observation, access) = try Self.access(EHRSamples.export)
    #expect(observation.time == FakeClock.start.advanced(by: .seconds(4)))
    #expect(observation.actor == .record("carla"))
    #expect(access.act == .export)
    #expect(access.patients == [RawPatient(id: "24", authority: "1.2.3"), RawPatient(id: "25", authority: "WARD")])
    #expect(access.origin == "192.0.2.9")
  }

  @Test(arguments: [EHRSamples.logOn, EHRSamples.syslog]) func `and as RFC 3881 has it, in a packet or bare`(
    record: String
  ) throws {
    let (observation, access) = try Self.access(record)
    #expect(observation.actor == .record("dom\\dora"))
    #expect(observation.outcome == .failure)
    #expect(access.act == .logOn)
  }

  /// The order of members is the writer's own affair.
  @Test func `a resource may say last what it is`() throws {
    let sorted =
      EHRSamples.read.replacing(#""resourceType":"AuditEvent","#, with: "").dropLast()
      + #","resourceType":"AuditEvent"}"#
    #expect(try Self.access(String(sorted)) == Self.access(EHRSamples.read))
  }

  @Test(arguments: [
    ("C", "x", EHRAccess.Act.change), ("D", "x", .change), ("R", "read", .open), ("E", "x", .open),
    ("E", "search-type", .search), ("R", "110106", .export), ("E", "110122", .logOn), ("E", "110112", .search),
  ])
  func `codes come before actions`(action: String, code: String, act: EHRAccess.Act) throws {
    let record = EHRSamples.read.replacing(#""action":"R""#, with: "\"action\":\"\(action)\"")
      .replacing(#""code":"read""#, with: "\"code\":\"\(code)\"")
    #expect(try Self.access(record).access.act == act)
  }

  @Test(arguments: [
    EHRSamples.read.replacing(#""code":"read""#, with: #""code":"110123""#),
    #"{"resourceType":"Patient","id":"1","name":[{"family":"Planted"}]}"#,
    #"{"resourceType":"AuditEvent","recorded":"2026-01-01T00:00:00Z","action":"E","agent":[{"altId":"x"}]}"#,
    #"{"resourceType":"AuditEvent","recorded":"2026-01-01T00:00:00Z","action":"R","entity":[]}"#,
    #"{"resourceType":"Bundle"}"#,
  ])
  func `what is nobody's doing with a record is ignored`(record: String) {
    let (found, counters) = Self.parse(record)
    #expect(found.isEmpty)
    #expect(counters.ignored == 1)
    #expect(counters.malformed == 0)
  }

  @Test(arguments: [
    "", "{", "{}", "hello", "<a/>", "<AuditMessage/>", EHRSamples.read + "}", String(EHRSamples.read.dropLast()),
    EHRSamples.read.replacing("2026-01-01T00:00:01.250Z", with: "soon"), "<85>1 - -", "\u{FEFF}",
    EHRSamples.export.replacing("</AuditMessage>", with: ""),
    "<!DOCTYPE AuditMessage [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>" + EHRSamples.logOn,
  ])
  func `what is damaged is counted, and nothing of it believed`(record: String) {
    let (found, counters) = Self.parse(record)
    #expect(found.isEmpty)
    #expect(counters.malformed == 1)
  }

  @Test func `patients past the limit are counted`() throws {
    let many = (0..<100).map { #"{"what":{"reference":"Patient/\#($0)"}}"# }.joined(separator: ",")
    let record = EHRSamples.read.replacing(#""entity":["#, with: #""entity":[\#(many),"#)
    let (_, access) = try Self.access(record)
    #expect(access.patients.count == EHRAccess.patientLimit)
    #expect(access.omittedPatients == 101 - EHRAccess.patientLimit)
  }
}

/// What explains accesses.
@Suite struct FHIRCareReaderTests {
  static func facts(_ record: String) -> [CareFact] {
    EHRParserTests.parse(record).found.compactMap { if case .care(let fact) = $0.object { fact } else { nil } }
  }

  @Test func `a stay that is not over has no end`() {
    let relation = CareRelation(
      patient: RawPatient(id: "4711"), parties: ["Practitioner/12", "Location/ward-3"],
      from: Timestamp(milliseconds: 1_767_081_600_000), to: .distantFuture)
    #expect(Self.facts(EHRSamples.stay) == [.relation(relation)])
  }

  @Test(arguments: [
    (#""status":"in-progress""#, #""status":"cancelled""#), (#","period":{"start":"2025-12-30T08:00:00Z"}"#, ""),
    (#""subject":{"reference":"Patient/4711"},"#, ""),
  ])
  func `what never came about explains nothing`(part: String, other: String) {
    var record = EHRSamples.stay.replacing(part, with: other)
    // A stay without a time explains only while it is under way.
    if other.isEmpty { record = record.replacing("in-progress", with: "finished") }
    #expect(Self.facts(record).isEmpty)
  }

  @Test func `an appointment, a care team, roles`() {
    let appointment =
      #"{"resourceType":"Appointment","status":"booked","start":"2026-01-01T09:00:00Z","end":"2026-01-01T09:30:00Z","participant":[{"actor":{"reference":"Patient/1"}},{"actor":{"reference":"Practitioner/2"}}]}"#
    #expect(
      Self.facts(appointment) == [
        .relation(
          CareRelation(
            patient: RawPatient(id: "1"), parties: ["Practitioner/2"],
            from: FakeClock.start.advanced(by: .seconds(9 * 3600)),
            to: FakeClock.start.advanced(by: .seconds(9 * 3600 + 1800))))
      ])
    let team =
      #"{"resourceType":"CareTeam","status":"active","subject":{"reference":"Patient/1"},"participant":[{"member":{"reference":"PractitionerRole/r"}}]}"#
    #expect(
      Self.facts(team) == [
        .relation(
          CareRelation(
            patient: RawPatient(id: "1"), parties: ["PractitionerRole/r"], from: .epoch, to: .distantFuture))
      ])
    let role =
      #"{"resourceType":"PractitionerRole","id":"r","practitioner":{"reference":"Practitioner/2"},"location":[{"reference":"Location/ward-3"}]}"#
    #expect(Self.facts(role) == [.membership(of: "Practitioner/2", in: ["Location/ward-3", "PractitionerRole/r"])])
    let person = #"{"resourceType":"Practitioner","id":"2","identifier":[{"system":"urn:x","value":"ann"}]}"#
    #expect(Self.facts(person) == [.membership(of: "ann", in: ["Practitioner/2"])])
  }
}
