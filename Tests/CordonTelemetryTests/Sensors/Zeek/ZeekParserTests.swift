import CordonCore
import CordonTelemetry
import CordonTestSupport
import Testing

@Suite struct ZeekParserTests {
  static let head =
    "#separator \\x09\n#unset_field\t-\n#path\tconn\n"
    + "#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\tservice\tduration\torig_bytes\tresp_bytes"
    + "\tconn_state\torig_pkts\torig_ip_bytes\tresp_pkts\tresp_ip_bytes\n"
  static let line =
    "1767225601.250000\tC1\t192.0.2.7\t50000\t198.51.100.9\t443\ttcp\tssl\t2.5\t10\t20\tSF\t5\t400\t4\t3000"
  static let connection =
    #"{"_path":"conn","ts":1767225601.25,"id.orig_h":"192.0.2.7","id.orig_p":50000,"id.resp_h":"198.51.100.9","id.resp_p":443,"proto":"tcp","duration":2.5,"orig_pkts":5,"orig_ip_bytes":400,"resp_pkts":4,"resp_ip_bytes":3000,"conn_state":"SF"}"#
  static let question =
    #"{"ts":"2026-01-01T00:00:02Z","id.orig_h":"192.0.2.7","id.resp_h":"192.0.2.1","id.resp_p":53,"proto":"udp","query":"Evil.Example.","qtype":16,"rcode":3}"#
  static let handshake =
    #"{"ts":1767225603,"id_orig_h":"192.0.2.7","id_resp_h":"198.51.100.9","id_resp_p":443,"version":"TLSv10","cipher":"X","server_name":"Old.example"}"#
  static let notice =
    #"{"@stream":"notice","ts":1767225604,"note":"Scan::Port_Scan","msg":"free text of ann","src":"192.0.2.66","dst":"192.0.2.1"}"#
  static let ticket =
    #"{"@stream":"kerberos","ts":1767225605,"id_orig_h":"192.0.2.7","id_resp_h":"192.0.2.1","id_resp_p":88,"request_type":"AS","client":"ann/WARD.EXAMPLE","success":false}"#

  static func parse(_ records: String...) -> (found: [Observation], counters: ParserCounters) {
    var parser = ZeekParser()
    var found: [Observation] = []
    for record in records { parser.parse(Array(record.utf8), arrived: FakeClock.start, into: &found) }
    return (found, parser.counters)
  }

  static let flow = FlowPart(
    transport: 6, start: FakeClock.start.advanced(by: .milliseconds(1250)), clientBytes: 400, serverBytes: 3000,
    clientPackets: 5, serverPackets: 4)

  static func exchange(
    _ event: WireEvent, server: String = "198.51.100.9", port: UInt16 = 443, by sender: WireSide = .client
  )
    throws -> ObservedObject
  {
    .exchange(
      WireExchange(
        client: try #require(IPAddress("192.0.2.7")), server: try #require(IPAddress(server)), port: port,
        sender: sender,
        event: event))
  }

  @Test func `a name that the realm does not know is kept of nobody`() throws {
    let unknown = Self.ticket.replacing(
      #""success":false"#, with: #""success":false,"error_msg":"KDC_ERR_C_PRINCIPAL_UNKNOWN""#)
    let found = Self.parse(Self.ticket, unknown).found
    #expect(found.map(\.actor) == [.name("WARD.EXAMPLE\\ann"), nil])
    #expect(found.allSatisfy { $0.outcome == .failure })
    let last = try #require(found.last)
    #expect(
      last.object
        == .authentication(
          Authentication(
            service: .other, method: .kerberos, origin: IPAddress("192.0.2.7").map { .address($0) }, isOfNobody: true)))
  }

  @Test func `the sensor of Zeek's logs keeps the contract`() {
    let recording =
      Self.head + Self.line + "\n" + [Self.question, Self.notice, Self.ticket].joined(separator: "\n") + "\n"
    // JSON below a table's head is no line of the table: two files are two recordings.
    SensorConformance(
      sensor: ZeekSensor(),
      recording: Array([Self.connection, Self.question, Self.notice, Self.ticket].joined(separator: "\n").utf8),
      count: 5
    ).checkAll()
    #expect(ZeekSensor.records(inReplay: Array(recording.utf8)).records.count == 4)
  }

  @Test func `a connection is told when it ended, from a table as from JSON`() throws {
    for record in [Self.head + Self.line, Self.connection] {
      let observation = try #require(Self.parse(record).found.first)
      #expect(observation.time == FakeClock.start.advanced(by: .milliseconds(3750)))
      #expect(observation.family == .wire)
      #expect(observation.object == (try Self.exchange(.flow(Self.flow))))
    }
  }

  @Test(arguments: [
    ("S0", FlowPart.Outcome.unanswered), ("REJ", .refused), ("OTH", .midstream), ("S1", .established),
    ("RSTO", .established), ("RSTOS0", .unanswered),
  ])
  func `how a connection went is told by its state`(state: String, outcome: FlowPart.Outcome) throws {
    let record = Self.connection.replacing("\"SF\"", with: "\"\(state)\"")
    guard case .exchange(let exchange)? = Self.parse(record).found.first?.object, case .flow(let part) = exchange.event
    else { throw Failure.none }
    #expect(part.outcome == outcome)
  }

  enum Failure: Error { case none }

  @Test func `a question and its answer are two`() throws {
    let found = Self.parse(Self.question).found
    let name = Array("evil.example".utf8)
    #expect(
      found.map(\.object) == [
        try Self.exchange(.dns(DNSMessage(name: name, type: 16)), server: "192.0.2.1", port: 53),
        try Self.exchange(.dns(DNSMessage(name: name, type: 16, code: 3)), server: "192.0.2.1", port: 53, by: .server),
      ])
  }

  @Test func `an old version of TLS is told`() throws {
    let handshake = TLSHandshake(offered: 0x0301, chosen: 0x0301, serverName: Array("old.example".utf8))
    #expect(Self.parse(Self.handshake).found.map(\.object) == [try Self.exchange(.tls(handshake))])
  }

  @Test func `a scan is grave, and its text stays here`() throws {
    let observation = try #require(Self.parse(Self.notice).found.first)
    let hit = try #require(AlertTripwire().examine(observation))
    #expect(hit.rule.name == "zeek:Scan::Port_Scan")
    #expect(!"\(hit)".contains("free text"))
    let harmless = Self.notice.replacing("Scan::Port_Scan", with: "CaptureLoss::Too_Little_Traffic")
    let other = try #require(Self.parse(harmless).found.first)
    #expect(AlertTripwire().examine(other) == nil)
  }

  @Test func `a first ticket is a log-on of a person of the realm`() throws {
    let observation = try #require(Self.parse(Self.ticket).found.first)
    #expect(observation.actor == .name("WARD.EXAMPLE\\ann"))
    #expect(observation.outcome == .failure)
    #expect(observation.foreign != nil)
    #expect(Self.parse(Self.ticket.replacing("\"AS\"", with: "\"TGS\"")).counters.ignored == 1)
    #expect(Self.parse(Self.ticket.replacing("ann/", with: "WS5$/")).counters.ignored == 1)
  }

  @Test func `tables of one stream are told apart by their heads`() {
    let other = "#separator \\x09\n#path\tdns\n#fields\tts\tid.orig_h\tid.resp_h\tproto\tquery\n"
    let (found, counters) = Self.parse(
      Self.head + Self.line, other + "1767225602\t192.0.2.7\t192.0.2.1\tudp\tx.example", Self.head + Self.line)
    #expect(found.count == 3)
    #expect(counters.malformed == 0)
  }

  @Test(arguments: [
    "", "{", Self.head, Self.line, Self.head + Self.line + "\tmore", Self.head + "1\t2",
    Self.head + Self.line.replacing("1767225601.250000", with: "XXXXXXXXXX.XXXXXX"), "#fields\tts\n", "#\n#\nx",
    Self.connection.replacing("1767225601.25", with: "\"soon\""), Self.connection + "x",
  ])
  func `what is damaged is counted, and nothing of it believed`(record: String) {
    let (found, counters) = Self.parse(record)
    #expect(found.isEmpty)
    #expect(counters.malformed == 1)
  }

  @Test(arguments: [
    #"{"_path":"stats","ts":1}"#, #"{"ts":1,"fuid":"x"}"#, #"{"name":"script.zeek"}"#,
    Self.connection.replacing("192.0.2.7", with: "nowhere"), #"{"_path":"conn","ts":1}"#,
  ])
  func `what is of no interest is ignored`(record: String) {
    #expect(Self.parse(record).counters.ignored == 1)
  }
}
