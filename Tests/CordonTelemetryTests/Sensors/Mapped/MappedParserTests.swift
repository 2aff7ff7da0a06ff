import CordonCore
import CordonTelemetry
import CordonTestSupport
import Testing

@Suite struct MappedParserTests {
  static let images = RecordMapping(
    name: "images", time: "when", user: "who.login", realm: "ward.example", address: "client", activity: "what",
    activities: [.init(meaning: .recordOpen, patterns: ["view*"]), .init(meaning: .recordExport, patterns: ["burn"])],
    outcome: "result", failures: ["denied*"], patient: "patient.id", authority: "1.2.3")
  static let doors = RecordMapping(
    name: "doors", format: .csvSemicolon, time: "time", user: "badge", machine: "door",
    activities: [.init(meaning: .logOn, patterns: ["*"])])

  static let view =
    #"{"when":"2026-01-01T00:00:01.250Z","who":{"login":"ann"},"what":"VIEW-IMAGE","client":"192.0.2.7","result":"ok","patient":{"id":"4711"}}"#
  static let badge = "doors\ntime;badge;door\n1767225601250;bob;\"Ward 3; north\""

  static func parse(_ record: String, _ mappings: [RecordMapping] = [images, doors])
    -> (found: [Observation], counters: ParserCounters)
  {
    var parser = MappedParser(mappings: mappings)
    var found: [Observation] = []
    parser.parse(Array(record.utf8), arrived: FakeClock.start, into: &found)
    return (found, parser.counters)
  }

  enum Failure: Error { case none }

  @Test func `the sensor of mapped logs keeps the contract`() {
    let recording = "images\n" + (0..<4).map { _ in Self.view + "\n" }.joined()
    SensorConformance(sensor: MappedSensor(mappings: [Self.images]), recording: Array(recording.utf8), count: 4)
      .checkAll()
  }

  @Test func `an access to a record becomes one`() throws {
    let observation = try #require(Self.parse("images\n" + Self.view).found.first)
    #expect(observation.family == .ehr)
    #expect(observation.time == FakeClock.start.advanced(by: .milliseconds(1250)))
    #expect(observation.actor == .record("ward.example\\ann"))
    #expect(observation.outcome == .success)
    #expect(
      observation.object
        == .access(
          EHRAccess(
            act: .open, patients: [RawPatient(id: "4711", authority: "1.2.3")], aliases: ["ann"], origin: "192.0.2.7")))
    #expect(observation.foreign == nil)
  }

  @Test func `a line of a table becomes a log-on elsewhere`() throws {
    let observation = try #require(Self.parse(Self.badge).found.first)
    #expect(observation.activity == .logOn)
    #expect(observation.time == FakeClock.start.advanced(by: .milliseconds(1250)))
    #expect(observation.actor == .record("bob"))
    #expect(observation.foreign?.machine == "Ward 3; north")
  }

  @Test(arguments: [
    (
      RecordMapping.Meaning.fileWrite, #"{"t":1,"u":"x","o":"/a"}"#,
      ObservedObject.file(ObservedFile(path: Array("/a".utf8)))
    ),
    (.connect, #"{"t":1,"u":"x","o":"192.0.2.9","p":22}"#, IPAddress("192.0.2.9").map { .peer($0, port: 22) } ?? .none),
    (.processStart, #"{"t":1,"u":"x","o":"C:\\a.exe"}"#, .program(StartedProgram())),
    (.accountChange, #"{"t":1,"u":"x"}"#, .none),
  ])
  func `each meaning has its object`(meaning: RecordMapping.Meaning, line: String, object: ObservedObject) throws {
    let mapping = RecordMapping(
      name: "m", time: "t", user: "u", activities: [.init(meaning: meaning, patterns: ["*"])], object: "o", port: "p")
    #expect(Self.parse("m\n" + line, [mapping]).found.map(\.object) == [object])
  }

  /// A table of appointments, and one of employees, in the words that a mapping has for them.
  static let planning: RecordMapping = {
    var mapping = RecordMapping(
      name: "p", format: .csv, time: "from", user: "login", activity: "kind",
      activities: [
        .init(meaning: .care, patterns: ["appointment"]), .init(meaning: .membership, patterns: ["duty"]),
        .init(meaning: .employee, patterns: ["staff"]), .init(meaning: .patient, patterns: ["patient"]),
      ], patient: "mrn")
    mapping.planning.until = "to"
    mapping.planning.group = "ward"
    mapping.planning.familyName = "last"
    mapping.planning.givenName = "first"
    mapping.planning.birthDate = "born"
    mapping.planning.street = "street"
    mapping.planning.postalCode = "zip"
    return mapping
  }()
  static let columns = "p\nkind,from,to,login,mrn,ward,last,first,born,street,zip\n"

  @Test func `registers explain accesses`() {
    func fact(_ line: String) -> ObservedObject? {
      Self.parse(Self.columns + line, [Self.planning]).found.first?.object
    }
    let (from, to) = (FakeClock.start, FakeClock.start.advanced(by: .seconds(3600)))
    #expect(
      fact("appointment,2026-01-01T00:00:00Z,2026-01-01T01:00:00Z,ANN,7,3B,,,,,")
        == .care(
          .relation(CareRelation(patient: RawPatient(id: "7"), parties: ["ann", "group 3B"], from: from, to: to))))
    #expect(
      fact("appointment,2026-01-01T00:00:00Z,,,7,3B,,,,,")
        == .care(.relation(CareRelation(patient: RawPatient(id: "7"), parties: ["group 3B"], from: from, to: from))))
    #expect(fact("duty,,,Ann,,3B,,,,,") == .care(.membership(of: "ann", in: ["group 3B"])))
    let identities = ["doe ann 1980-02-03"]
    let households = ["doe 10115 road1"]
    #expect(
      fact("staff,,,ann,9,,Doe,Ann,1980-02-03,\"Road, 1\",10115")
        == .care(
          .person(
            CarePerson(
              patients: [RawPatient(id: "9")], names: ["ann"], identities: identities, households: households))))
    #expect(
      fact("patient,,,,7,,Doe,Ann,1980-02-03,Road 1,10115")
        == .care(
          .person(CarePerson(patients: [RawPatient(id: "7")], identities: identities, households: households))))
  }

  @Test(arguments: [
    "appointment,soon,,ann,7,,,,,,", "appointment,,,ann,7,,,,,,", "appointment,2026-01-01,later,ann,7,,,,,,",
    "appointment,2026-01-01,,ann,,,,,,,", "appointment,2026-01-01,,,7,,,,,,", "duty,,,ann,,,,,,,", "duty,,,,,3B,,,,,",
    "staff,,,,9,,Doe,Ann,1980-02-03,,", "patient,,,,,,Doe,Ann,1980-02-03,,",
  ])
  func `a register's line that lacks what its meaning needs is damaged`(line: String) {
    let (found, counters) = Self.parse(Self.columns + line, [Self.planning])
    #expect(found.isEmpty)
    #expect(counters.malformed == 1)
  }

  @Test(arguments: [
    ("ok", ActivityOutcome.success), ("denied", .failure), ("DENIED by rule", .failure), ("allowed", .success),
  ])
  func `words of the outcome are looked up`(word: String, outcome: ActivityOutcome) throws {
    let record = "images\n" + Self.view.replacing("\"ok\"", with: "\"\(word)\"")
    #expect(try #require(Self.parse(record).found.first).outcome == outcome)
  }

  @Test func `a failure names its field and where it stands`() throws {
    var reader = MappedReader(Self.images)
    let line = Self.view.replacing("2026-01-01T00:00:01.250Z", with: "yesterday")
    guard case .failure(let failure) = reader.read(Array(line.utf8)) else { throw Failure.none }
    #expect(failure.field == "when")
    #expect(failure.column == 10)
    #expect(failure.kind == .malformed)
    guard case .failure(let unknown) = reader.read(Array(Self.view.replacing("VIEW-IMAGE", with: "print").utf8)) else {
      throw Failure.none
    }
    #expect(unknown.field == "what" && unknown.kind == .ignored)
  }

  @Test(arguments: [
    "", "images", "images\n", "images\n[]", "gone\n" + view, "doors\n1;2;3", "doors\ntime;badge;door\n1;2",
    "images\n" + view.replacing("\"login\":\"ann\"", with: "\"login\":\"\""), "doors\ntime;badge;door\nsoon;bob;x",
    "images\n" + view.replacing("2026", with: "nope"),
  ])
  func `what is damaged is counted, and nothing of it believed`(record: String) {
    let (found, counters) = Self.parse(record)
    #expect(found.isEmpty)
    #expect(counters.malformed == 1)
  }

  @Test func `another policy's mappings count from the next record on`() {
    var parser = MappedParser(mappings: [Self.images])
    var policy = Policy.observeOnly
    policy.logs.mappings = [Self.doors]
    parser.use(policy)
    var found: [Observation] = []
    parser.parse(Array(Self.badge.utf8), arrived: FakeClock.start, into: &found)
    parser.parse(Array(("images\n" + Self.view).utf8), arrived: FakeClock.start, into: &found)
    #expect(found.count == 1)
    #expect(parser.counters.malformed == 1)
  }
}
