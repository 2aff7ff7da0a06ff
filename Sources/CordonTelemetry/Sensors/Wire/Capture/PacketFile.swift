import CordonCore

/// Reads a capture file frame by frame: pcap in both byte orders and resolutions, and pcapng.
///
/// After the drafts of the IETF's opsawg, draft-ietf-opsawg-pcap and draft-ietf-opsawg-pcapng. Our own reader rather than
/// libpcap's, because the same two hundred lines serve the agent, which must not link a parser of hostile files for it.
/// A damaged file ends where it is damaged; `isDamaged` says so. A file may come in pieces (`append`): what is not whole
/// yet is then no damage.
package struct PacketFile: Sendable {
  /// Bytes of one frame; a longer one is damage.
  package static let frameLimit = 256 << 10
  /// Bytes of one block of a pcapng file; a longer one is damage.
  package static let blockLimit = 16 << 20
  /// Interfaces of one section of a pcapng file.
  package static let interfaceLimit = 1024

  private enum Format: Sendable { case classic(LinkType?, fractions: Int64), blocks }

  private struct Interface: Sendable {
    var link: LinkType?
    /// Units of a second, and seconds to add.
    var resolution: UInt64 = 1_000_000
    var offset: Int64 = 0
  }

  /// Of the file, from the last frame before the latest `append` on.
  package private(set) var bytes: [UInt8]
  /// More of the file may follow.
  private let isGrowing: Bool
  package private(set) var isDamaged = false

  private let format: Format
  private var isSwapped: Bool
  private var position: Int
  private var interfaces: [Interface] = []

  /// Nil where the bytes are no capture file.
  ///
  /// - Parameter isGrowing: whether more of it follows.
  package init?(_ bytes: [UInt8], isGrowing: Bool = false) {
    guard bytes.count >= 24 else { return nil }
    self.bytes = bytes
    self.isGrowing = isGrowing
    let magic = bytes.number32(at: 0)
    switch magic {
    case 0xA1B2_C3D4, 0xA1B2_3C4D: isSwapped = false
    case 0xD4C3_B2A1, 0x4D3C_B2A1: isSwapped = true
    case 0x0A0D_0D0A:
      isSwapped = false
      format = .blocks
      position = 0
      return
    default: return nil
    }
    let isNanoseconds = magic == 0xA1B2_3C4D || magic == 0x4D3C_B2A1
    let number = isSwapped ? bytes.number32(at: 20).byteSwapped : bytes.number32(at: 20)
    // The upper bits tell of a checksum after each frame.
    let link = LinkType(registered: number & 0xFFFF)
    format = .classic(link, fractions: isNanoseconds ? 1_000_000 : 1000)
    position = 24
  }

  /// More of a growing file; the frames before lose their places.
  package mutating func append(_ more: [UInt8]) {
    bytes.removeFirst(position)
    position = 0
    bytes += more
  }

  /// The next frame; nil at the end and at the first damage.
  package mutating func next() -> CapturedFrame? {
    switch format {
    case .classic(let link, let fractions): return nextClassic(link, fractions)
    case .blocks:
      while let block = nextBlock() {
        if let frame = frame(in: block) { return frame }
      }
      return nil
    }
  }

  private mutating func nextClassic(_ link: LinkType?, _ fractions: Int64) -> CapturedFrame? {
    guard position < bytes.count else { return nil }
    guard bytes.count - position >= 16 else { return end() }
    let (seconds, fraction) = (Int64(number(position)), Int64(number(position + 4)))
    let (captured, original) = (Int(number(position + 8)), Int(number(position + 12)))
    guard captured <= Self.frameLimit else { return damage() }
    guard captured <= bytes.count - position - 16 else { return end() }
    let start = position + 16
    position = start + captured
    return CapturedFrame(
      time: Timestamp(milliseconds: seconds * 1000 + fraction / fractions), link: link,
      wireLength: max(original, captured), range: start..<position)
  }

  private mutating func damage() -> CapturedFrame? {
    isDamaged = true
    position = bytes.count
    return nil
  }

  /// What is there is not whole: damage where nothing more comes.
  private mutating func end() -> CapturedFrame? { isGrowing ? nil : damage() }

  private func number(_ position: Int) -> UInt32 {
    let number = bytes.number32(at: position)
    return isSwapped ? number.byteSwapped : number
  }

  private func shortNumber(_ position: Int) -> UInt16 {
    let number = bytes.number16(at: position)
    return isSwapped ? number.byteSwapped : number
  }
}

// MARK: pcapng

extension PacketFile {
  private struct Block {
    var type: UInt32
    var body: Range<Int>
  }

  private enum BlockType {
    static let section: UInt32 = 0x0A0D_0D0A
    static let interface: UInt32 = 1
    static let simple: UInt32 = 3
    static let enhanced: UInt32 = 6
  }

  private mutating func nextBlock() -> Block? {
    guard position < bytes.count else { return nil }
    guard bytes.count - position >= 12 else {
      _ = end()
      return nil
    }
    // The same in both byte orders, by design.
    if bytes.number32(at: position) == BlockType.section {
      switch bytes.number32(at: position + 8) {
      case 0x1A2B_3C4D: isSwapped = false
      case 0x4D3C_2B1A: isSwapped = true
      default:
        _ = damage()
        return nil
      }
      interfaces.removeAll()
    }
    let length = Int(number(position + 4))
    guard length >= 12, length % 4 == 0, length <= Self.blockLimit else {
      _ = damage()
      return nil
    }
    guard length <= bytes.count - position else {
      _ = end()
      return nil
    }
    let block = Block(type: number(position), body: (position + 8)..<(position + length - 4))
    position += length
    return block
  }

  private mutating func frame(in block: Block) -> CapturedFrame? {
    let start = block.body.lowerBound
    switch block.type {
    case BlockType.interface:
      if interfaces.count < Self.interfaceLimit { interfaces.append(interface(in: block.body)) }
      return nil
    case BlockType.enhanced:
      guard block.body.count >= 20 else { return nil }
      let index = Int(number(start))
      guard index < interfaces.count else { return nil }
      let ticks = UInt64(number(start + 4)) << 32 | UInt64(number(start + 8))
      let (captured, original) = (Int(number(start + 12)), Int(number(start + 16)))
      guard captured <= min(Self.frameLimit, block.body.count - 20) else { return nil }
      return CapturedFrame(
        time: Self.time(ticks, interfaces[index]), link: interfaces[index].link, wireLength: max(original, captured),
        range: (start + 20)..<(start + 20 + captured))
    case BlockType.simple:
      guard block.body.count >= 4, let first = interfaces.first else { return nil }
      let original = Int(number(start))
      let captured = min(original, block.body.count - 4, Self.frameLimit)
      return CapturedFrame(
        time: .epoch, link: first.link, wireLength: original, range: (start + 4)..<(start + 4 + captured))
    default: return nil
    }
  }

  private func interface(in body: Range<Int>) -> Interface {
    var interface = Interface()
    guard body.count >= 8 else { return interface }
    interface.link = LinkType(registered: UInt32(shortNumber(body.lowerBound)))
    var option = body.lowerBound + 8
    while option + 4 <= body.upperBound {
      let (code, length) = (shortNumber(option), Int(shortNumber(option + 2)))
      guard code != 0, option + 4 + length <= body.upperBound else { break }
      switch (code, length) {
      case (9, 1): interface.resolution = Self.resolution(bytes[option + 4])
      case (14, 8):
        let (first, second) = (UInt64(number(option + 4)), UInt64(number(option + 8)))
        interface.offset = Int64(bitPattern: isSwapped ? second << 32 | first : first << 32 | second)
      default: break
      }
      option += 4 + (length + 3) / 4 * 4
    }
    return interface
  }

  /// A negative power of ten, or of two where the highest bit is set; microseconds where it cannot be told.
  private static func resolution(_ code: UInt8) -> UInt64 {
    let power = UInt64(code & 0x7F)
    if code & 0x80 != 0 { return power < 64 ? 1 << power : 1_000_000 }
    return power <= 18 ? (0..<power).reduce(1) { product, _ in product * 10 } : 1_000_000
  }

  private static func time(_ ticks: UInt64, _ interface: Interface) -> Timestamp {
    let (seconds, rest) = ticks.quotientAndRemainder(dividingBy: interface.resolution)
    let fraction = Int64(Double(rest) / Double(interface.resolution) * 1000)
    // Past the year 2262 nothing is told apart any more.
    let whole = min(Int64(clamping: seconds), 9_223_372_036) + min(max(interface.offset, -9_223_372_036), 9_223_372_036)
    return Timestamp(milliseconds: whole * 1000 + fraction)
  }
}
