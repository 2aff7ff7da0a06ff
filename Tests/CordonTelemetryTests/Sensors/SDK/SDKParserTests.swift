import CordonCore
import CordonTelemetry
import Testing

@Suite struct SDKParserTests {
  static let arrival = Timestamp(milliseconds: 1_700_000_030_000)

  static func parse(_ reports: [[UInt8]]) -> (found: [Observation], counters: ParserCounters) {
    var (parser, found) = (SDKParser(), [Observation]())
    for report in reports { parser.parse(report, arrived: arrival, into: &found) }
    return (found, parser.counters)
  }

  @Test func `it conforms`() {
    SensorConformance(
      sensor: SDKSensor(), recording: SDKSamples.recording(SDKSamples.all), count: SDKSamples.all.count
    ).checkAll()
  }

  @Test func `log-ons are told, and of nobody without a name`() throws {
    let (found, _) = Self.parse([SDKSamples.logOn, SDKSamples.failure])
    let first = try #require(found.first), second = try #require(found.last)
    #expect(first.activity == .logOn && first.outcome == .success && first.isLogin && first.actor == .name("ann"))
    #expect(first.time == Timestamp(milliseconds: 1_700_000_000_000) && first.family == .host)
    #expect(
      first.object
        == .authentication(
          Authentication(service: .ssh, origin: IPAddress("10.0.0.9").map(Authentication.Origin.address))))
    #expect(second.outcome == .failure && second.actor == nil && !second.isLogin && second.time == Self.arrival)
    #expect(
      second.object == .authentication(Authentication(service: .ssh, origin: .name("evil.example"), isOfNobody: true)))
  }

  @Test func `accesses, messages and numbers are told, and what the sender dropped is counted`() throws {
    let (found, counters) = Self.parse([SDKSamples.access, SDKSamples.message, SDKSamples.counter])
    #expect(counters.observations == 3 && counters.abandoned == 7 && counters.malformed == 0)
    #expect(found[0].actor == .record("doc") && found[0].family == .ehr)
    #expect(
      found[0].object
        == .access(
          EHRAccess(
            act: .export, patients: [RawPatient(id: "4711", authority: "1.2.3")], isBreakGlass: true, origin: "ws1")))
    guard case .exchange(let exchange) = found[1].object, case .hl7(.message(let message)) = exchange.event,
      case .exchange(let counted) = found[2].object, case .hl7(.message(let number)) = counted.event
    else {
      Issue.record("\(found)")
      return
    }
    #expect(
      exchange.client == IPAddress("10.0.0.2") && exchange.server == IPAddress("10.0.0.7") && exchange.port == 4000)
    #expect(message.type == "RGV" && message.isControl && message.bytes == 812)
    #expect(counted.client == IPAddress("fe80::7") && number.results.map(\.value) == [12.5])
  }

  @Test(arguments: [
    (1_700_000_030_000 as UInt64, true), (1_700_000_089_000, true), (1_700_000_099_000, false),
    (1_699_950_000_000, true),
    (1_699_900_000_000, false), (.max, false), (1 << 62, false),
  ])
  func `a time that cannot be is that of the arrival`(time: UInt64, isTaken: Bool) {
    let (found, _) = Self.parse([SDKSamples.report([.number(1, time)], 3, [.text(2, "su")])])
    #expect(found.map(\.time) == [isTaken ? Timestamp(milliseconds: Int64(time)) : Self.arrival])
  }

  @Test(
    arguments: [
      [], [0x12], SDKSamples.report([.number(1, 5)], 3, []), SDKSamples.report([], 3, [.text(1, "ann")]),
      SDKSamples.report([], 3, [.text(2, "su"), .number(4, 3)]),
      SDKSamples.report([], 3, [.text(2, "su"), .text(4, "x")]),
      SDKSamples.report([], 3, [.number(2, 1)]),
      SDKSamples.report([], 3, [.text(2, String(repeating: "x", count: 256))]),
      SDKSamples.report([], 4, [.text(3, "4711")]), SDKSamples.report([], 4, [.text(1, "a"), .number(2, 4)]),
      SDKSamples.report([], 5, [.text(1, "pump"), .text(2, "10.0.0.7"), .text(4, "RGV")]),
      SDKSamples.report([], 5, [.text(1, "10.0.0.1"), .text(2, "10.0.0.7"), .text(4, "RGV"), .number(3, 65_536)]),
      SDKSamples.report([], 6, [.text(1, "10.0.0.1"), .text(2, "x"), .double(3, .nan)]),
      SDKSamples.report([], 6, [.text(1, "10.0.0.1"), .double(3, 1)]), SDKSamples.report([], 9, [.text(1, "later")]),
      Array(SDKSamples.logOn.dropLast()), [0x1A, 4, 0x12, 2, 0xC3, 0x28],
    ] as [[UInt8]])
  func `what the library would not send is malformed`(report: [UInt8]) {
    let (found, counters) = Self.parse([report])
    #expect(found.isEmpty && counters.malformed == 1 && counters.records == 1)
  }

  @Test func `fields of a later version are passed over`() {
    #expect(
      Self.parse([SDKSamples.report([.text(90, "new")], 3, [.text(2, "su"), .number(70, 1)])]).counters.observations
        == 1)
  }

  @Test func `a recording is cut, and what is unfinished counted`() {
    let whole = SDKSamples.recording(SDKSamples.all)
    #expect(SDKSensor.records(inReplay: whole).records == SDKSamples.all)
    let cut = SDKSensor.records(inReplay: Array(whole.dropLast()))
    #expect(cut.records.count == SDKSamples.all.count - 1 && cut.dropped == 1)
    #expect(SDKSensor.records(inReplay: [0xFF, 0xFF, 0xFF, 0xFF, 1]).dropped == 1)
  }
}
