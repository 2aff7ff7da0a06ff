import CordonCore
import CordonTelemetry
import Testing

@Suite struct PacketDecoderTests {
  static func decode(_ bytes: [UInt8], _ link: LinkType = .raw) -> FrameVerdict {
    PacketDecoder.decode(bytes, 0..<bytes.count, link: link)
  }

  static func packet(_ bytes: [UInt8], _ link: LinkType = .raw) throws -> Packet {
    guard case .packet(let packet) = decode(bytes, link) else { throw Failure.none }
    return packet
  }

  enum Failure: Error { case none }

  static let segment = WireSamples.tcp(
    ports: (40_000, 2575), sequence: 7, acknowledges: 9, flags: [.acknowledges], Array("hello".utf8))
  static let v6: ([UInt8], [UInt8]) = (
    [0xFD] + [UInt8](repeating: 0, count: 14) + [1], [0xFD] + [UInt8](repeating: 0, count: 14) + [2]
  )

  @Test func `a segment's addresses, ports, numbers and payload are read`() throws {
    let packet = try Self.packet(Self.segment)
    #expect(packet.source.address == IPAddress("10.0.0.5"))
    #expect(packet.destination.address == IPAddress("10.0.0.9"))
    #expect((packet.sourcePort, packet.destinationPort) == (40_000, 2575))
    #expect((packet.sequence, packet.acknowledgement) == (7, 9))
    #expect(packet.flags == .acknowledges)
    #expect(Array(Self.segment[packet.payload]) == Array("hello".utf8))
    #expect((packet.wireBytes, packet.missing) == (45, 0))
  }

  @Test(arguments: [
    (LinkType.ethernet, [UInt8](repeating: 2, count: 12) + [0x08, 0x00]),
    (.ethernet, [UInt8](repeating: 2, count: 12) + [0x81, 0x00, 0, 5, 0x08, 0x00]),
    (.ethernet, [UInt8](repeating: 2, count: 12) + [0x88, 0xA8, 0, 5, 0x81, 0x00, 0, 6, 0x08, 0x00]),
    (.loopback, [2, 0, 0, 0]), (.cooked, [UInt8](repeating: 0, count: 14) + [0x08, 0x00]),
    (.cooked2, [0x08, 0x00] + [UInt8](repeating: 0, count: 18)),
  ]) func `every link gives the same packet`(link: LinkType, head: [UInt8]) throws {
    let packet = try Self.packet(head + Self.segment, link)
    #expect(packet.destinationPort == 2575)
    #expect(packet.payload == (head.count + 40)..<(head.count + 45))
  }

  @Test func `padding after the packet is no payload`() throws {
    #expect(try Self.packet(Self.segment + [0, 0, 0, 0, 0, 0]).payload.count == 5)
  }

  @Test func `what the capture cut off is known to be missing`() throws {
    let packet = try Self.packet(Array(Self.segment.dropLast(3)))
    #expect((packet.payload.count, packet.missing) == (2, 3))
    #expect(packet.wireBytes == 45)
  }

  @Test func `extension headers are stepped over`() throws {
    let segment = Array(Self.segment[20...])
    let hopByHop: [UInt8] = [6, 0] + [UInt8](repeating: 0, count: 6)
    let packet = try Self.packet(WireSamples.ip(from: Self.v6.0, to: Self.v6.1, transport: 0, hopByHop + segment))
    #expect(packet.destinationPort == 2575)
    #expect(packet.source.address == IPAddress("fd00::1"))
  }

  @Test func `parts of packets are told apart from whole ones`() {
    #expect(Self.decode(WireSamples.ip(transport: 6, [1, 2, 3], fragment: 0x2000)) == .fragment)
    #expect(Self.decode(WireSamples.ip(transport: 6, [1, 2, 3], fragment: 0x0001)) == .fragment)
    let head: [UInt8] = [6, 0, 0, 1, 0, 0, 0, 1]
    #expect(Self.decode(WireSamples.ip(from: Self.v6.0, to: Self.v6.1, transport: 44, head)) == .fragment)
  }

  static let damaged: [(String, [UInt8])] = [
    ("nothing", []), ("version 4 cut in its header", Array(segment[..<19])),
    ("a header shorter than it may be", [0x44] + segment[1...]),
    ("a header longer than the packet", [0x4F] + segment[1...].prefix(30)),
    ("a length below its header's", [0x45, 0, 0, 10] + segment[4...]),
    ("TCP cut in its header", Array(segment[..<39])),
    ("a TCP header shorter than it may be", Array(segment[..<32]) + [0x10] + segment[33...]),
    ("a TCP header longer than the packet", Array(segment[..<32]) + [0xF0] + segment[33...]),
    ("UDP cut in its header", WireSamples.ip(transport: 17, [0, 1, 0, 2])),
    ("version 6 cut in its header", [0x60] + [UInt8](repeating: 0, count: 38)),
    (
      "extension headers without end",
      WireSamples.ip(
        from: v6.0, to: v6.1, transport: 0, [UInt8](repeating: 0, count: 8 * (PacketDecoder.extensionLimit + 1)))
    ),
  ]

  @Test(arguments: damaged.indices) func `damage is told`(index: Int) {
    let (what, bytes) = Self.damaged[index]
    #expect(Self.decode(bytes) == .malformed, "\(what)")
  }

  @Test func `frames without IP are foreign, and tags have an end`() {
    let addresses = [UInt8](repeating: 2, count: 12)
    #expect(Self.decode(addresses + [0x08, 0x06] + [UInt8](repeating: 0, count: 28), .ethernet) == .foreign)
    let tag: [UInt8] = [0x81, 0, 0, 1]
    let tags = (0...PacketDecoder.tagLimit).flatMap { _ in tag }
    #expect(Self.decode(addresses + tags + [0x08, 0] + Self.segment, .ethernet) == .malformed)
    #expect(Self.decode([0x50, 0, 0, 0]) == .foreign)
  }

  @Test func `every cut of a frame is survived`() {
    let frame = [UInt8](repeating: 2, count: 12) + [0x81, 0, 0, 1, 0x08, 0] + Self.segment
    for length in 0...frame.count {
      for link in LinkType.allCases { _ = Self.decode(Array(frame[..<length]), link) }
    }
  }
}
