import CordonCore
import CordonTelemetry
import Testing

/// What is carried in tunnels counts as if it had come by itself, as deep as the decoder dares.
@Suite struct TunnelTests {
  private typealias Support = PacketDecoderTests

  static let link = [UInt8](repeating: 2, count: 12)
  static let frame = link + [0x08, 0x00] + PacketDecoderTests.segment

  static func generic(_ flags: UInt16, _ type: UInt16, _ rest: [UInt8]) -> [UInt8] {
    WireSamples.ip(transport: 47, WireSamples.number16(flags) + WireSamples.number16(type) + rest)
  }

  static func vxlan(_ frame: [UInt8], flags: UInt8 = 8) -> [UInt8] {
    WireSamples.udp(ports: (50_000, 4789), [flags, 0, 0, 0, 0, 0, 42, 0] + frame)
  }

  static let whole: [(what: String, bytes: [UInt8], link: LinkType)] = [
    ("IP in IP", WireSamples.ip(transport: 4, PacketDecoderTests.segment), .raw),
    (
      "version 4 in version 6",
      WireSamples.ip(
        from: PacketDecoderTests.v6.0, to: PacketDecoderTests.v6.1, transport: 4, PacketDecoderTests.segment), .raw
    ),
    ("GRE", generic(0, 0x0800, PacketDecoderTests.segment), .raw),
    (
      "GRE with a key and a number",
      generic(0x3000, 0x0800, [UInt8](repeating: 9, count: 8) + PacketDecoderTests.segment), .raw
    ),
    ("GRE with a checksum", generic(0x8000, 0x0800, [1, 2, 0, 0] + PacketDecoderTests.segment), .raw),
    ("GRE of a bridge", generic(0x2000, 0x6558, [0, 0, 0, 1] + frame), .raw),
    ("a mirror's, type I", generic(0, 0x88BE, frame), .raw),
    ("a mirror's, type II", generic(0x1000, 0x88BE, [0, 0, 0, 1] + [UInt8](repeating: 0x10, count: 8) + frame), .raw),
    (
      "a mirror's, type III", generic(0x1000, 0x22EB, [0, 0, 0, 1] + [UInt8](repeating: 0x20, count: 12) + frame), .raw
    ),
    (
      "a mirror's, type III with more",
      generic(0x1000, 0x22EB, [0, 0, 0, 1] + [UInt8](repeating: 0x21, count: 20) + frame), .raw
    ),
    ("VXLAN", vxlan(frame), .raw),
    ("VXLAN in GRE in VXLAN", vxlan(link + [0x08, 0x00] + generic(0, 0x0800, vxlan(frame))), .raw),
    ("labels", link + [0x88, 0x47, 0, 1, 0, 64, 0, 2, 1, 64] + PacketDecoderTests.segment, .ethernet),
    ("labels, a control word and a frame", link + [0x88, 0x47, 0, 2, 1, 64, 0, 0, 0, 0] + frame, .ethernet),
  ]

  @Test(arguments: whole.indices) func `the inner packet is read`(index: Int) throws {
    let (what, bytes, link) = Self.whole[index]
    let packet = try Support.packet(bytes, link)
    #expect(packet.destinationPort == 2575, "\(what)")
    #expect(Array(bytes[packet.payload]) == Array("hello".utf8), "\(what)")
    #expect(packet.wireBytes == 45, "\(what)")
  }

  /// What is no tunnel after all stays what it is outside.
  @Test(arguments: [
    vxlan(frame, flags: 0), vxlan([]), vxlan(Array(frame.prefix(20))), vxlan(link + [0x08, 0x06, 0, 1]),
    WireSamples.udp(ports: (50_000, 4789), [8, 0, 0]), generic(0, 0x880B, [1, 2, 3, 4]),
    generic(0x0001, 0x0800, PacketDecoderTests.segment), generic(0x4000, 0x0800, PacketDecoderTests.segment),
    generic(0xB000, 0x0800, [1, 2, 3]), generic(0, 0x22EB, [1, 2, 3]), WireSamples.ip(transport: 47, [0]),
    WireSamples.ip(transport: 4, []), WireSamples.ip(transport: 4, [0x45, 0, 0]), WireSamples.ip(transport: 41, [0x12]),
  ]) func `damage leaves the outer packet`(bytes: [UInt8]) throws {
    let packet = try Support.packet(bytes)
    #expect(packet.source.address == IPAddress("10.0.0.5") && packet.wireBytes == bytes.count)
  }

  @Test(
    arguments: [
      [0, 1, 0, 64], [0, 1, 1, 64], [0, 1, 1, 64, 0x55, 1, 2, 3, 4],
      (0..<9).flatMap { _ in [0, 1, 0, 64] as [UInt8] } + PacketDecoderTests.segment,
    ] as [[UInt8]]) func `labels without a packet behind them are foreign`(rest: [UInt8])
  {
    #expect(Support.decode(Self.link + [0x88, 0x47] + rest, .ethernet) == .foreign)
  }

  @Test func `a tunnel in a tunnel without end is read to a depth`() throws {
    var bytes = PacketDecoderTests.segment
    for _ in 0..<64 { bytes = WireSamples.ip(transport: 4, bytes) }
    let packet = try Support.packet(bytes)
    #expect(packet.transport == 4, "what is deeper counts for the tunnel")
    #expect(packet.wireBytes == bytes.count - 4 * 20)
  }

  @Test func `a part of an inner packet is a part`() {
    #expect(
      Support.decode(Self.vxlan(Self.link + [8, 0] + WireSamples.ip(transport: 6, [1, 2], fragment: 1))) == .fragment)
  }

  /// The flow that is counted is the inner one.
  @Test func `messages are read out of tunnels`() {
    let message = WireFeeding.framed("MSH|^~\\&|A|B|C|D|20260101||ADT^A01|1|P|2.5\n")
    let packets = WireSamples.connection(port: 2575, asks: [message]).map { Self.vxlan(Self.link + [8, 0] + $0) }
    let (found, parser) = WireSamples.exchanges(packets)
    #expect(found.contains { if case .hl7(.message) = $0.event { true } else { false } })
    #expect(parser.wire.flows == 1)
  }
}
