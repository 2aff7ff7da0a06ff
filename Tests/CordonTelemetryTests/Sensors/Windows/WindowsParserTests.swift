import CordonCore
import CordonTelemetry
import CordonTestSupport
import Testing

@Suite struct WindowsParserTests {
  static func parse(_ record: String) -> (found: [Observation], counters: ParserCounters) {
    var parser = WindowsParser()
    var found: [Observation] = []
    parser.parse(Array(record.utf8), arrived: FakeClock.start, into: &found)
    return (found, parser.counters)
  }

  static func one(_ record: String) throws -> Observation { try #require(parse(record).found.first) }

  @Test func `the sensor of Windows' logs keeps the contract`() {
    SensorConformance(sensor: WindowsSensor(), recording: WindowsSamples.recording, count: WindowsSamples.count)
      .checkAll()
  }

  @Test func `a program that was started is told with its parent and its maker`() throws {
    let observation = try Self.one(WindowsSamples.processStart)
    #expect(observation.time == FakeClock.start.advanced(by: .milliseconds(1250)))
    #expect(observation.activity == .processStart)
    #expect(observation.actor == .name("WARD\\ann"))
    #expect(
      observation.process
        == ObservedProcess(pid: 4012, parent: 99, executable: Array("C:\\Windows\\System32\\cmd.exe".utf8)))
    guard case .program(let program) = observation.object else { throw Failure.none }
    #expect(program.arguments == Array("cmd.exe /c whoami".utf8))
    #expect(program.parentExecutable == Array("C:\\Windows\\explorer.exe".utf8))
    let foreign = try #require(observation.foreign)
    #expect(foreign.machine == "WS5.ward.example")
    #expect(foreign.sources == [.windowsProcessCreation])
    #expect(Self.fields(foreign)[.originalFileName] == "Cmd.Exe")
    #expect(Self.fields(foreign)[.user] == "WARD\\ann")
    #expect(Self.fields(foreign)[.commandLine] == nil, "it has a place of its own")
  }

  enum Failure: Error { case none }

  static func fields(_ foreign: ForeignEvent) -> [SigmaField: String] {
    var fields: [SigmaField: String] = [:]
    foreign.forEachField { fields[$0] = String(decoding: $1, as: UTF8.self) }
    return fields
  }

  @Test func `a log-on is told with where it came from, in whatever layout`() throws {
    let nested = try Self.one(WindowsSamples.logOn)
    #expect(nested.actor == .name("WARD\\ann"))
    #expect(nested.isLogin)
    #expect(
      nested.object
        == .authentication(
          Authentication(service: .display, origin: IPAddress("192.0.2.7").map { .address($0) })))
    let flat = try Self.one(WindowsSamples.failure)
    #expect(flat.outcome == .failure)
    #expect(!flat.isLogin)
    #expect(flat.actor == .name("WS5\\bob"), "a missing domain is the computer's, never this machine's")
    #expect(flat.object == .authentication(Authentication(service: .other, origin: .name("LAPTOP-9"))))
  }

  @Test(arguments: [
    ("0x0", [], false), ("0x12", [RawAccount.name("WARD\\bob")], false), ("0x6", [nil], true),
  ])
  func `a ticket that a domain controller refuses is a log-on that failed`(
    status: String, actors: [RawAccount?], isOfNobody: Bool
  ) throws {
    let record =
      #"{"TimeCreated":"2026-01-01T00:00:03.000Z","EventID":4768,"Channel":"security","Hostname":"DC1","#
      + #""TargetUserName":"bob","TargetDomainName":"WARD","TargetSid":"S-1-0-0","Status":"\#(status)","#
      + #""IpAddress":"::ffff:192.0.2.7"}"#
    let found = Self.parse(record).found.filter { $0.activity == .logOn }
    #expect(found.map(\.actor) == actors)
    guard case .authentication(let fact) = found.first?.object else { return }
    #expect(found[0].outcome == .failure && fact.isOfNobody == isOfNobody)
    #expect(fact.origin == IPAddress("192.0.2.7").map { .address($0) })
  }

  @Test func `a name that is no account's is said to be none`() throws {
    let record = WindowsSamples.failure.replacing("0xc000006a", with: "0xC0000064")
    let observation = try Self.one(record)
    guard case .authentication(let authentication) = observation.object else { throw Failure.none }
    #expect(authentication.isOfNobody)
    #expect(observation.actor == nil, "it may be a password in the wrong field")
  }

  @Test(arguments: [
    ("ann", "SYSTEM", "NT AUTHORITY", "S-1-5-18"), ("ann", "WS5$", "WARD", "S-1-5-21-1-2-3-9"),
    ("ann", "ANONYMOUS LOGON", "NT-AUTORITÄT", "S-1-5-7"), ("ann", "DWM-2", "Window Manager", "S-1-5-90-0-2"),
    ("ann", "-", "WARD", ""), ("ann", "", "WARD", ""),
  ])
  func `Windows' own accounts and computers are nobody`(name: String, other: String, domain: String, sid: String) {
    let record = WindowsSamples.logOn.replacing("\"\(name)\"", with: "\"\(other)\"")
      .replacing("\"WARD\"", with: "\"\(domain)\"").replacing("S-1-5-21-1-2-3-1104", with: sid)
    let (found, counters) = Self.parse(record)
    #expect(found.isEmpty)
    #expect(counters.ignored == 1)
  }

  @Test func `what comes in is looked at by rules alone`() throws {
    #expect(try Self.one(WindowsSamples.connection).activity == .connect)
    let incoming = WindowsSamples.connection.replacing("\"Initiated\":\"true\"", with: "\"Initiated\":\"false\"")
    #expect(try Self.one(incoming).activity == .systemEvent)
  }

  @Test func `a cleared log is tampering, and says by whom`() throws {
    let observation = try Self.one(WindowsSamples.cleared)
    #expect(observation.activity == .sensorTampering)
    let hit = try #require(TamperingTripwire().examine(observation))
    #expect(hit.technique == "T1070.001")
    #expect(hit.actor == .name("WARD\\ann"))
  }

  @Test func `a value that was set is told as Sysmon words it`() throws {
    let observation = try Self.one(WindowsSamples.registry)
    let foreign = try #require(observation.foreign)
    let fields = Self.fields(foreign)
    #expect(fields[.registryEventType] == "SetValue")
    #expect(fields[.targetObject] == "HKLM\\System\\X")
  }

  @Test func `for rules that nobody has, nothing is kept`() throws {
    var parser = WindowsParser()
    var policy = Policy.observeOnly
    policy.sigma.rules = [
      SigmaRule(
        id: "r", title: "r", severity: .high, source: .windowsProcessCreation,
        tests: [SigmaTest(.originalFileName, .exists)], condition: [.test(0)])
    ]
    parser.use(policy)
    var found: [Observation] = []
    for record in [WindowsSamples.processStart, WindowsSamples.registry] {
      parser.parse(Array(record.utf8), arrived: FakeClock.start, into: &found)
    }
    #expect(found.map(\.activity) == [.processStart])
    #expect(parser.counters.ignored == 1, "no rule asks for the registry")
    #expect(Self.fields(try #require(found[0].foreign)) == [.originalFileName: "Cmd.Exe"])
  }

  @Test(arguments: [
    (4720, Activity.accountChange), (4732, .accountChange), (4648, .privilegeUse), (4672, .privilegeUse),
    (4697, .persistenceChange), (4698, .persistenceChange), (4662, .systemEvent),
  ])
  func `what the security log says of a subject`(number: Int, activity: Activity) throws {
    let record = WindowsSamples.cleared.replacing("1102", with: "\(number)")
    let observation = try Self.one(record)
    #expect(observation.activity == activity)
    #expect(observation.actor == .name("WARD\\ann"))
    let foreign = try #require(observation.foreign)
    #expect(Self.fields(foreign)[.eventID] == "\(number)")
  }

  @Test(arguments: [
    WindowsSamples.cleared.replacing("1102", with: "4798"), WindowsSamples.cleared.replacing("Security", with: "Setup"),
    WindowsSamples.connection.replacing("198.51.100.7", with: "nowhere"),
    WindowsSamples.processStart.replacing("Image\"", with: "Imago\""),
  ])
  func `what is of no interest is ignored`(record: String) {
    let (found, counters) = Self.parse(record)
    #expect(found.isEmpty)
    #expect(counters.ignored == 1 && counters.malformed == 0)
  }

  @Test(arguments: [
    "", "{}", "[]", "x", "\u{FEFF}", WindowsSamples.cleared + "}", String(WindowsSamples.cleared.dropLast()),
    WindowsSamples.cleared.replacing("2026-01-01T00:00:05.000Z", with: "soon"),
    WindowsSamples.cleared.replacing("\"EventID\"", with: "\"EventNumber\""),
    WindowsSamples.cleared.replacing("1102", with: "\"eleven\""), "<Event/>",
  ])
  func `what is damaged is counted, and nothing of it believed`(record: String) {
    let (found, counters) = Self.parse(record)
    #expect(found.isEmpty)
    #expect(counters.malformed == 1)
  }
}
