import CordonCore
import CordonTelemetry
import CordonTestSupport
import Testing

@Suite struct PacketFileTests {
  static func frames(_ bytes: [UInt8]) throws -> (frames: [CapturedFrame], isDamaged: Bool) {
    var file = try #require(PacketFile(bytes))
    var frames: [CapturedFrame] = []
    while let frame = file.next() { frames.append(frame) }
    return (frames, file.isDamaged)
  }

  static let start = FakeClock.start
  static let packets: [[UInt8]] = [[1, 2, 3], [4, 5, 6, 7], []]

  /// The same file in the other order of bytes: every number of four bytes turned, the first two of two bytes.
  static func turned(_ file: [UInt8]) -> [UInt8] {
    var turned: [UInt8] = []
    func turn(_ start: Int, _ length: Int) { turned += file[start..<(start + length)].reversed() }
    turn(0, 4)
    turn(4, 2)
    turn(6, 2)
    for start in stride(from: 8, to: 24, by: 4) { turn(start, 4) }
    var position = 24
    while position < file.count {
      for start in stride(from: position, to: position + 16, by: 4) { turn(start, 4) }
      let length = Int(file[position + 11])
      turned += file[(position + 16)..<(position + 16 + length)]
      position += 16 + length
    }
    return turned
  }

  @Test func `both orders of bytes give the same frames`() throws {
    let file = WireSamples.pcap(Self.packets, link: 1)
    let (frames, isDamaged) = try Self.frames(file)
    #expect(!isDamaged)
    #expect(frames.map(\.time) == (0..<3).map { Self.start.advanced(by: .milliseconds($0)) })
    #expect(frames.map { Array(file[$0.range]) } == Self.packets)
    #expect(frames.allSatisfy { $0.link == .ethernet })
    let other = try Self.frames(Self.turned(file))
    #expect(other.frames == frames)
  }

  @Test func `nanoseconds are told by the first four bytes`() throws {
    var file = WireSamples.pcap([[1]])
    file[2...3] = [0x3C, 0x4D]
    // 999,000,000 nanoseconds.
    file[28..<32] = [0x3B, 0x8B, 0x87, 0xC0]
    #expect(try Self.frames(file).frames.first?.time.milliseconds == Self.start.milliseconds + 999)
  }

  @Test func `a file ends where it is damaged`() throws {
    let file = WireSamples.pcap(Self.packets)
    for length in 24..<file.count {
      let (frames, isDamaged) = try Self.frames(Array(file[..<length]))
      let read: Int = frames.reduce(0) { $0 + 16 + $1.range.count }
      #expect(isDamaged == (read != length - 24))
    }
    var oversized = file
    oversized[32..<36] = [0x00, 0x10, 0, 0]
    #expect(try Self.frames(oversized).isDamaged)
  }

  @Test(arguments: [1, 3, 16, 17, 40]) func `a file that comes in pieces has the same frames`(size: Int) throws {
    let bytes = WireSamples.pcap(Self.packets)
    var file = try #require(PacketFile(Array(bytes[..<24]), isGrowing: true))
    var found: [[UInt8]] = []
    for start in stride(from: 24, to: bytes.count, by: size) {
      file.append(Array(bytes[start..<min(start + size, bytes.count)]))
      while let frame = file.next() { found.append(Array(file.bytes[frame.range])) }
    }
    #expect(found == Self.packets && !file.isDamaged)
    #expect(file.bytes.count <= size + 16 + 4, "what was read is forgotten")
  }

  @Test func `damage of a growing file is damage at once`() throws {
    var bytes = WireSamples.pcap(Self.packets)
    bytes[32..<36] = [0x00, 0x10, 0, 0]
    var file = try #require(PacketFile(bytes, isGrowing: true))
    #expect(file.next() == nil && file.isDamaged)
  }

  @Test(arguments: [[], [0xA1], Array("not a capture file at all".utf8), [UInt8](repeating: 0, count: 64)])
  func `other files are none`(bytes: [UInt8]) { #expect(PacketFile(bytes) == nil) }

  // MARK: pcapng

  static func block(_ type: UInt32, _ body: [UInt8]) -> [UInt8] {
    let padded = body + [UInt8](repeating: 0, count: (4 - body.count % 4) % 4)
    let length = WireSamples.number32(UInt32(12 + padded.count))
    return WireSamples.number32(type) + length + padded + length
  }

  static let section = block(0x0A0D_0D0A, [0x1A, 0x2B, 0x3C, 0x4D, 0, 1, 0, 0] + [UInt8](repeating: 0xFF, count: 8))

  static func interface(_ link: UInt16, _ options: [UInt8] = []) -> [UInt8] {
    block(1, WireSamples.number16(link) + [0, 0, 0, 0, 0, 0] + options)
  }

  static func packet(_ interface: UInt32, ticks: UInt64, _ bytes: [UInt8]) -> [UInt8] {
    block(
      6,
      WireSamples.number32(interface) + WireSamples.number32(UInt32(ticks >> 32))
        + WireSamples.number32(UInt32(ticks & 0xFFFF_FFFF)) + WireSamples.number32(UInt32(bytes.count))
        + WireSamples.number32(UInt32(bytes.count + 5)) + bytes)
  }

  @Test func `blocks are read by their interface's link and clock`() throws {
    let nanoseconds: [UInt8] = [0, 9, 0, 1, 9, 0, 0, 0]
    let file =
      Self.section + Self.interface(1) + Self.interface(101, nanoseconds)
      + Self.packet(0, ticks: 1_700_000_000_123_456, [1, 2, 3]) + Self.block(5, [0, 0, 0, 0])
      + Self.packet(1, ticks: 1_700_000_000_999_000_000, [4]) + Self.packet(7, ticks: 0, [5])
    let (frames, isDamaged) = try Self.frames(file)
    #expect(!isDamaged)
    #expect(frames.map(\.link) == [.ethernet, .raw], "a packet of an unknown interface is left out")
    #expect(frames.map(\.time.milliseconds) == [1_700_000_000_123, 1_700_000_000_999])
    #expect(frames.map(\.wireLength) == [8, 6])
    #expect(Array(file[frames[0].range]) == [1, 2, 3])
  }

  @Test func `a hostile block ends the file`() throws {
    for length in [0, 4, 8, 11, 13, 0xFFFF_FFFF] as [UInt32] {
      let file = Self.section + WireSamples.number32(6) + WireSamples.number32(length) + [0, 0, 0, 0]
      #expect(try Self.frames(file).isDamaged)
    }
  }

  @Test func `interfaces have a limit`() throws {
    let many = (0...PacketFile.interfaceLimit).flatMap { _ in Self.interface(1) }
    let last = UInt32(PacketFile.interfaceLimit)
    let file = Self.section + many + Self.packet(last, ticks: 0, [1]) + Self.packet(last - 1, ticks: 0, [2])
    #expect(try Self.frames(file).frames.count == 1)
  }
}
