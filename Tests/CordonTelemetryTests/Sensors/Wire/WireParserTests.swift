import CordonCore
import CordonTestSupport
import Testing

@testable import CordonTelemetry

@Suite struct WireParserTests {
  static let recording = WireSamples.pcap(
    [
      WireSamples.udp(ports: (5000, 53), WireSamples.dns("pacs.example")),
      WireSamples.tcp(ports: (40_000, 443), flags: .acknowledges, WireSamples.serverHello(legacy: 0x0301)),
    ])

  @Test func `the wire sensor keeps the contract`() {
    SensorConformance(sensor: WireSensor(), recording: Self.recording, count: 3).checkAll()
  }

  @Test func `a connection is told with both sides' bytes`() throws {
    let packets = WireSamples.connection(port: 6661, asks: [[1, 2, 3]], answers: [[4, 5]])
    let (found, parser) = WireSamples.exchanges(packets)
    let exchange = try #require(found.first)
    #expect(found.count == 1)
    #expect((exchange.client, exchange.server) == (IPAddress("10.0.0.5"), IPAddress("10.0.0.9")))
    #expect(exchange.port == 6661)
    let part = try #require(WireSamples.flows(found).first)
    #expect((part.clientPackets, part.serverPackets) == (5, 3))
    #expect((part.clientBytes, part.serverBytes) == (203, 122))
    #expect(part.outcome == .established && part.isFirst && part.isLast)
    #expect(parser.wire.frames == 8)
  }

  static let syn = WireSamples.tcp(ports: (40_000, 81), sequence: 1, flags: .syn)
  static let outcomes: [(String, [[UInt8]], FlowPart.Outcome)] = [
    (
      "refused",
      [syn, WireSamples.tcp(from: WireSamples.server, to: WireSamples.client, ports: (81, 40_000), flags: .reset)],
      .refused
    ),
    ("unanswered", [syn, syn], .unanswered),
    ("in its midst", [WireSamples.tcp(ports: (40_000, 81), flags: .acknowledges, [1])], .midstream),
    (
      "a probe that is no SYN",
      [
        WireSamples.tcp(ports: (40_000, 81), flags: .fin),
        WireSamples.tcp(from: WireSamples.server, to: WireSamples.client, ports: (81, 40_000), flags: .reset),
      ], .refused
    ),
    ("datagrams", [WireSamples.udp(ports: (40_000, 514), [1])], .established),
  ]

  @Test(arguments: outcomes.indices) func `how a flow went is told`(index: Int) {
    let (what, packets, outcome) = Self.outcomes[index]
    let (found, _) = WireSamples.exchanges(packets)
    #expect(WireSamples.flows(found).map(\.outcome) == [outcome], "\(what)")
    #expect(found.first?.client == IPAddress("10.0.0.5"), "\(what)")
  }

  @Test func `the answer alone still tells who serves`() {
    let answer = WireSamples.tcp(
      from: WireSamples.server, to: WireSamples.client, ports: (50_000, 40_000), flags: [.syn, .acknowledges])
    #expect(WireSamples.exchanges([answer]).found.first?.server == IPAddress("10.0.0.9"))
  }

  @Test func `a flow that goes on is told in parts that add up`() {
    let packets = (0..<100).map { _ in WireSamples.udp(ports: (40_000, 6000), [UInt8](repeating: 1, count: 72)) }
    let parts = WireSamples.flows(WireSamples.exchanges(packets, every: .seconds(1)).found)
    #expect((5...8).contains(parts.count))
    let sum = parts.reduce(UInt64(0)) { $0 + $1.clientBytes }
    #expect(sum == 100 * 100)
    #expect(parts.map(\.isFirst) == [true] + [Bool](repeating: false, count: parts.count - 1))
    #expect(parts.filter(\.isLast).count == 1)
  }

  @Test func `ports that are used again make another flow`() {
    let once = WireSamples.connection(port: 6661, asks: [[1]])
    let parts = WireSamples.flows(WireSamples.exchanges(once + once).found)
    #expect(parts.count == 2)
    #expect(parts.allSatisfy { $0.isFirst && $0.clientPackets == 5 })
  }

  @Test func `flows are bounded, and the longest unused give way`() {
    var parser = WireParser(flowLimit: 64)
    var found: [Observation] = []
    let busy = WireSamples.udp(ports: (7, 9), [1])
    for port in 0..<1000 {
      let packets = [WireSamples.udp(ports: (UInt16(10_000 + port), 6000), [1]), busy]
      parser.parse(WireSamples.record(packets), arrived: FakeClock.start, into: &found)
      #expect(parser.flowCount <= 64)
    }
    parser.finish(into: &found)
    // The first round of the hand finds everything as recent as the busy one.
    #expect((1001...1002).contains(parser.wire.flows))
    #expect(parser.wire.flows - parser.wire.evicted == 64)
    #expect(parser.counters.abandoned == parser.wire.evicted)
    #expect(found.count == parser.wire.flows, "none is lost silently")
  }

  @Test func `connections that are read are bounded, and those beyond are counted`() {
    var parser = WireParser()
    var found: [Observation] = []
    for index in 0...WireParser.streamLimit {
      let first = WireSamples.tcp(
        ports: (UInt16(20_000 + index), 6661), sequence: 5, flags: .acknowledges, [22])
      parser.parse(WireSamples.record([first]), arrived: FakeClock.start, into: &found)
    }
    #expect(parser.wire.streams == UInt64(WireParser.streamLimit))
    #expect(parser.wire.unread == 1)
  }

  @Test func `a quiet wire still tells what has ended`() {
    var parser = WireParser()
    var found: [Observation] = []
    parser.parse(
      WireSamples.record([Self.syn], from: .epoch.advanced(by: .seconds(1000))), arrived: FakeClock.start, into: &found)
    parser.advance(to: FakeClock.start.advanced(by: .seconds(4)), into: &found)
    #expect(found.isEmpty)
    parser.advance(to: FakeClock.start.advanced(by: .seconds(60)), into: &found)
    #expect(found.count == 1)
    #expect(found.first?.time == .epoch.advanced(by: .seconds(1000)), "in the recording's own time")
    #expect(parser.flowCount == 0)
  }

  @Test func `a clock that is set back is followed`() {
    var parser = WireParser()
    var found: [Observation] = []
    for moment in [FakeClock.start, FakeClock.start.advanced(by: .seconds(-86_400))] {
      parser.parse(WireSamples.record([Self.syn], from: moment), arrived: FakeClock.start, into: &found)
    }
    #expect(parser.wire.clockSteps == 1)
    parser.finish(into: &found)
    #expect(found.count == 1)
  }

  @Test func `names asked for are told with their answers`() {
    let (found, _) = WireSamples.exchanges([
      WireSamples.udp(ports: (5000, 53), WireSamples.dns("pacs.example")),
      WireSamples.udp(
        from: WireSamples.server, to: WireSamples.client, ports: (53, 5000), WireSamples.dns("pacs.example", code: 3)),
    ])
    let messages = found.filter { if case .dns = $0.event { true } else { false } }
    #expect(messages.map(\.sender) == [.client, .server])
    #expect(messages.allSatisfy { $0.client == IPAddress("10.0.0.5") })
  }

  @Test func `this machine's addresses are handed on`() throws {
    var parser = WireParser()
    var found: [Observation] = []
    let own = [try #require(IPAddress("10.0.0.5"))]
    parser.parse(FrameBlock.addresses(own), arrived: FakeClock.start, into: &found)
    #expect(found.map(\.object) == [.ownAddresses(own)])
  }

  @Test func `frames that are not read are counted by kind`() {
    let (_, parser) = WireSamples.exchanges([
      [0x45], WireSamples.ip(transport: 6, [1], fragment: 0x2000), [0x30, 0], Self.syn,
    ])
    #expect((parser.wire.malformed, parser.wire.fragments, parser.wire.foreign) == (1, 1, 1))
    #expect(parser.wire.flows == 1)
  }
}
