import CordonCore
import CordonTelemetry
import CordonTestSupport
import Testing

@Suite struct DNSReaderTests {
  static func framed(_ message: [UInt8]) -> [UInt8] { WireSamples.number16(UInt16(message.count)) + message }

  static func messages(_ events: [StreamEvent]) -> [DNSMessage] {
    events.compactMap { if case .dns(let message) = $0.event { message } else { nil } }
  }

  /// Two questions, and two answers, one of which is as long as a message may be.
  static let turns: [WireFeeding.Turn] = [
    .client(framed(WireSamples.dns("pacs.example", type: 252)) + framed(WireSamples.dns("a.b"))),
    .server(framed(WireSamples.dns("pacs.example", type: 252, code: 0) + [UInt8](repeating: 0xAB, count: 65_000))),
    .server(framed(WireSamples.dns("a.b", code: 3))),
  ]

  @Test(arguments: 0..<20) func `questions and answers are read, however they are cut`(seed: UInt64) {
    let events = WireFeeding.read(
      Self.turns, with: DNSReader(), cutting: seed == 0 ? nil : SeededRandomness(seed: seed))
    #expect(Self.messages(events).map(\.code) == [nil, nil, 0, 3])
    #expect(
      Self.messages(events).map { String(decoding: $0.name, as: UTF8.self) } == [
        "pacs.example", "a.b", "pacs.example", "a.b",
      ])
    #expect(events.map(\.sender) == [.client, .client, .server, .server])
  }

  @Test(
    arguments: [
      [], [0], [0, 0], [0, 16] + [UInt8](repeating: 1, count: 40), [0xFF, 0xFF, 1, 2, 3],
      framed([UInt8](repeating: 0xC0, count: 40)),
    ] as [[UInt8]]) func `what is no message is passed over`(bytes: [UInt8])
  {
    #expect(WireFeeding.read([.client(bytes)], with: DNSReader()).isEmpty)
  }

  @Test func `a gap within what is passed over costs nothing, any other the rest`() {
    let long = Self.framed(WireSamples.dns("a.b", code: 0) + [UInt8](repeating: 7, count: 2000))
    for (gap, isRead) in [(1500, true), (2500, false)] {
      var (reader, events) = (DNSReader(), [StreamEvent]())
      reader.take(long[..<400], from: .server, at: .epoch, into: &events)
      reader.skip(gap, from: .server, at: .epoch, into: &events)
      reader.take(long[1900...], from: .server, at: .epoch, into: &events)
      reader.take(Self.framed(WireSamples.dns("c.d", code: 3))[...], from: .server, at: .epoch, into: &events)
      #expect((Self.messages(events).count == 2) == isRead)
    }
  }

  @Test func `it is known by its port and a first message`() {
    let question = Self.framed(WireSamples.dns("a.b"))
    #expect(DNSReader.recognise(question[...], port: 53) == .yes)
    #expect(DNSReader.recognise(question[..<3], port: 53) == .undecided)
    #expect(DNSReader.recognise(question[...], port: 5353) == .no)
    #expect(DNSReader.recognise(Array("GET / HTTP".utf8)[...], port: 53) == .no)
  }

  @Test func `a connection's questions become exchanges`() {
    let packets = WireSamples.connection(
      port: 53, asks: [Self.framed(WireSamples.dns("a.b"))], answers: [Self.framed(WireSamples.dns("a.b", code: 3))])
    let found = WireSamples.exchanges(packets).found.compactMap { exchange -> UInt8?? in
      if case .dns(let message) = exchange.event { message.code } else { nil }
    }
    #expect(found == [nil, 3])
  }
}
