import CordonCore
import CordonTelemetry
import CordonTestSupport
import Testing

@Suite struct EVEParserTests {
  static let alert =
    #"{"timestamp":"2026-01-01T01:00:01.250000+0100","event_type":"alert","src_ip":"192.0.2.66","src_port":4444,"dest_ip":"192.0.2.1","dest_port":445,"proto":"TCP","alert":{"action":"allowed","gid":1,"signature_id":2024218,"rev":4,"signature":"ET EXPLOIT Echo Response","category":"A Network Trojan was detected","severity":1}}"#
  static let flow =
    #"{"timestamp":"2026-01-01T00:00:09Z","event_type":"flow","src_ip":"192.0.2.7","src_port":50000,"dest_ip":"198.51.100.9","dest_port":443,"proto":"TCP","flow":{"pkts_toserver":5,"pkts_toclient":4,"bytes_toserver":400,"bytes_toclient":3000,"start":"2026-01-01T00:00:01.250Z","end":"2026-01-01T00:00:03.750Z","state":"closed"},"tcp":{"tcp_flags":"1b","tcp_flags_tc":"1b"}}"#
  static let answer =
    #"{"timestamp":"2026-01-01T00:00:02Z","event_type":"dns","src_ip":"192.0.2.7","src_port":5353,"dest_ip":"192.0.2.1","dest_port":53,"proto":"UDP","dns":{"type":"answer","rrname":"evil.example","rrtype":"TXT","rcode":"NXDOMAIN"}}"#
  static let handshake =
    #"{"timestamp":"2026-01-01T00:00:03Z","event_type":"tls","src_ip":"192.0.2.7","dest_ip":"198.51.100.9","dest_port":443,"proto":"TCP","tls":{"sni":"new.example","version":"TLS 1.3"}}"#

  static func parse(_ record: String) -> (found: [Observation], counters: ParserCounters) {
    var parser = EVEParser()
    var found: [Observation] = []
    parser.parse(Array(record.utf8), arrived: FakeClock.start, into: &found)
    return (found, parser.counters)
  }

  enum Failure: Error { case none }

  static func event(_ record: String) throws -> WireEvent {
    guard case .exchange(let exchange)? = parse(record).found.first?.object else { throw Failure.none }
    return exchange.event
  }

  @Test func `the sensor of Suricata's log keeps the contract`() {
    let recording = [Self.alert, Self.flow, Self.answer, Self.handshake].map { $0 + "\n" }.joined()
    SensorConformance(sensor: SuricataSensor(), recording: Array(recording.utf8), count: 4).checkAll()
  }

  @Test func `a grave alert trips, by number and class`() throws {
    let observation = try #require(Self.parse(Self.alert).found.first)
    #expect(observation.time == FakeClock.start.advanced(by: .milliseconds(1250)))
    let hit = try #require(AlertTripwire().examine(observation))
    #expect(hit.rule.name == "suricata:2024218")
    #expect(hit.predicate.contains("A Network Trojan was detected"))
    #expect(!"\(hit)".contains("ET EXPLOIT"))
    #expect(hit.peers == [IPAddress("192.0.2.66"), IPAddress("192.0.2.1")])
  }

  @Test(arguments: ["2", "3", "4", "\"grave\""]) func `a lesser one does not`(severity: String) throws {
    let record = Self.alert.replacing("\"severity\":1", with: "\"severity\":\(severity)")
    let observation = try #require(Self.parse(record).found.first)
    #expect(AlertTripwire().examine(observation) == nil)
  }

  @Test func `a class that holds anything but words is not repeated`() throws {
    let record = Self.alert.replacing("A Network Trojan was detected", with: "by ann@ward.example")
    guard case .alert(let alert)? = Self.parse(record).found.first?.object else { throw Failure.none }
    #expect(alert.category.isEmpty)
  }

  /// Tens of thousands of rules share one daily cap.
  @Test func `alarms of one program are capped together`() throws {
    var lane = TripwireLane()
    var raised = 0
    for number in 0..<100 {
      let record = Self.alert.replacing("2024218", with: "\(number)")
      let observation = try #require(Self.parse(record).found.first)
      let hit = try #require(AlertTripwire().examine(observation))
      if case .raise = lane.judge(hit, cap: 10, now: FakeClock.start) { raised += 1 }
    }
    #expect(raised == 10)
  }

  @Test func `a flow is told with its bytes and when it began`() throws {
    let flow = FlowPart(
      transport: 6, start: FakeClock.start.advanced(by: .milliseconds(1250)), clientBytes: 400, serverBytes: 3000,
      clientPackets: 5, serverPackets: 4)
    #expect(try Self.event(Self.flow) == .flow(flow))
    let refused = Self.flow.replacing("\"pkts_toclient\":4", with: "\"pkts_toclient\":1")
      .replacing("\"tcp_flags_tc\":\"1b\"", with: "\"tcp_flags_tc\":\"14\"")
    guard case .flow(let part) = try Self.event(refused) else { throw Failure.none }
    #expect(part.outcome == .refused)
  }

  @Test func `answers and handshakes are told as the wire has them`() throws {
    #expect(try Self.event(Self.answer) == .dns(DNSMessage(name: Array("evil.example".utf8), type: 16, code: 3)))
    #expect(
      try Self.event(Self.handshake)
        == .tls(TLSHandshake(offered: 0x0304, chosen: 0x0304, serverName: Array("new.example".utf8))))
  }

  @Test(arguments: [
    "", "{}", "null", Self.alert + ",", Self.alert.replacing("2026-01-01T01:00:01.250000+0100", with: "now"),
    String(Self.alert.dropLast(2)),
  ])
  func `what is damaged is counted, and nothing of it believed`(record: String) {
    let (found, counters) = Self.parse(record)
    #expect(found.isEmpty)
    #expect(counters.malformed == 1)
  }

  @Test(arguments: [
    Self.alert.replacing("\"alert\",", with: "\"stats\","), Self.flow.replacing("192.0.2.7", with: "x"),
    Self.alert.replacing("2024218", with: "\"x\""),
  ])
  func `what is of no interest is ignored`(record: String) {
    #expect(Self.parse(record).counters.ignored == 1)
  }
}
