/// Frames to packets: link layer, IPv4 or IPv6, TCP or UDP; every number in them is hostile.
///
/// Reads headers alone, in constant time and without allocating: at most `tagLimit` VLAN tags, `extensionLimit` extension
/// headers, and tunnels to a depth of `Tunnel.depthLimit`. Of a tunnel the packet within is what counts; where there is
/// none that can be read, the tunnel's own.
package enum PacketDecoder {
  package static let tagLimit = 4
  package static let extensionLimit = 8

  private enum EtherType {
    static let v4: UInt16 = 0x0800
    static let v6: UInt16 = 0x86DD
    static let tags: [UInt16] = [0x8100, 0x88A8, 0x9100]
    static let labels: [UInt16] = [0x8847, 0x8848]
  }

  /// Reads the frame that lies in a range of the bytes.
  package static func decode(_ bytes: [UInt8], _ range: Range<Int>, link: LinkType) -> FrameVerdict {
    guard range.lowerBound >= 0, range.upperBound <= bytes.count else { return .malformed }
    var verdict = decodeLink(bytes, range, link)
    for _ in 0..<Tunnel.depthLimit {
      guard case .packet(let packet) = verdict, let inner = Tunnel.inner(of: packet, in: bytes) else { return verdict }
      switch decodeLink(bytes, inner.range, inner.link) {
      case .malformed, .foreign: return verdict
      case let within: verdict = within
      }
    }
    return verdict
  }

  private static func decodeLink(_ bytes: [UInt8], _ range: Range<Int>, _ link: LinkType) -> FrameVerdict {
    switch link {
    case .raw: return decodeIP(bytes, range)
    case .loopback:
      guard range.count >= 4 else { return .malformed }
      return decodeIP(bytes, range.dropped(4))
    case .ethernet: return decodeTyped(bytes, range, typeAt: 12, headerLength: 14)
    case .cooked: return decodeTyped(bytes, range, typeAt: 14, headerLength: 16)
    case .cooked2: return decodeTyped(bytes, range, typeAt: 0, headerLength: 20)
    }
  }

  private static func decodeTyped(
    _ bytes: [UInt8], _ range: Range<Int>, typeAt: Int, headerLength: Int
  ) -> FrameVerdict {
    guard range.count >= headerLength else { return .malformed }
    var type = bytes.number16(at: range.lowerBound + typeAt)
    var rest = range.dropped(headerLength)
    var tags = 0
    while EtherType.tags.contains(type) {
      guard rest.count >= 4, tags < tagLimit else { return .malformed }
      type = bytes.number16(at: rest.lowerBound + 2)
      rest = rest.dropped(4)
      tags += 1
    }
    switch type {
    case EtherType.v4, EtherType.v6: return decodeIP(bytes, rest)
    case _ where EtherType.labels.contains(type):
      guard let inner = Tunnel.labelled(rest, in: bytes) else { return .foreign }
      // A frame behind labels is read once: what is deeper in it is a tunnel of its own kind.
      guard inner.link == .ethernet else { return decodeIP(bytes, inner.range) }
      return decodeLabelledFrame(bytes, inner.range)
    default: return .foreign
    }
  }

  /// An Ethernet frame that must hold IP at once, so that labels in labels end.
  private static func decodeLabelledFrame(_ bytes: [UInt8], _ range: Range<Int>) -> FrameVerdict {
    guard range.count >= 14 else { return .foreign }
    switch bytes.number16(at: range.lowerBound + 12) {
    case EtherType.v4, EtherType.v6: return decodeIP(bytes, range.dropped(14))
    default: return .foreign
    }
  }

  private static func decodeIP(_ bytes: [UInt8], _ range: Range<Int>) -> FrameVerdict {
    guard !range.isEmpty else { return .malformed }
    switch bytes[range.lowerBound] >> 4 {
    case 4: return decodeV4(bytes, range)
    case 6: return decodeV6(bytes, range)
    default: return .foreign
    }
  }

  private static func decodeV4(_ bytes: [UInt8], _ range: Range<Int>) -> FrameVerdict {
    let start = range.lowerBound
    guard range.count >= 20 else { return .malformed }
    let headerLength = Int(bytes[start] & 0x0F) * 4
    guard headerLength >= 20, headerLength <= range.count else { return .malformed }
    // A sender that leaves cutting to its card writes no length.
    let stated = Int(bytes.number16(at: start + 2))
    let total = stated == 0 ? range.count : stated
    guard total >= headerLength else { return .malformed }
    // More fragments, or not the first.
    guard bytes.number16(at: start + 6) & 0x3FFF == 0 else { return .fragment }
    var packet = Packet()
    packet.wireBytes = total
    packet.transport = bytes[start + 9]
    packet.source = WireAddress(v4: bytes.number32(at: start + 12))
    packet.destination = WireAddress(v4: bytes.number32(at: start + 16))
    return decodeTransport(bytes, range, from: start + headerLength, to: start + total, &packet)
  }

  private static func decodeV6(_ bytes: [UInt8], _ range: Range<Int>) -> FrameVerdict {
    let start = range.lowerBound
    guard range.count >= 40 else { return .malformed }
    let stated = Int(bytes.number16(at: start + 4))
    let end = stated == 0 ? range.upperBound : start + 40 + stated
    var packet = Packet()
    packet.wireBytes = end - start
    packet.source = bytes.address(at: start + 8)
    packet.destination = bytes.address(at: start + 24)
    var (next, position) = (bytes[start + 6], start + 40)
    for _ in 0..<extensionLimit {
      switch next {
      case 0, 43, 60, 51:
        guard position + 8 <= min(end, range.upperBound) else { return .malformed }
        // An authentication header counts four bytes, the others eight.
        let length = next == 51 ? (Int(bytes[position + 1]) + 2) * 4 : (Int(bytes[position + 1]) + 1) * 8
        next = bytes[position]
        position += length
        guard position <= min(end, range.upperBound) else { return .malformed }
      case 44:
        guard position + 8 <= min(end, range.upperBound) else { return .malformed }
        // One that is the whole packet is no fragment (RFC 6946).
        guard bytes.number16(at: position + 2) & 0xFFF9 == 0 else { return .fragment }
        next = bytes[position]
        position += 8
      default:
        packet.transport = next
        return decodeTransport(bytes, range, from: position, to: end, &packet)
      }
    }
    return .malformed
  }

  /// - Parameters:
  ///   - position: of the transport's header.
  ///   - end: of the IP packet by its own length, which may lie past what was captured.
  private static func decodeTransport(
    _ bytes: [UInt8], _ range: Range<Int>, from position: Int, to end: Int, _ packet: inout Packet
  ) -> FrameVerdict {
    let captured = min(end, range.upperBound)
    let headerLength: Int
    switch packet.transport {
    case Packet.tcp:
      guard captured - position >= 20 else { return .malformed }
      headerLength = Int(bytes[position + 12] >> 4) * 4
      guard headerLength >= 20, position + headerLength <= end else { return .malformed }
      packet.sequence = bytes.number32(at: position + 4)
      packet.acknowledgement = bytes.number32(at: position + 8)
      packet.flags = TCPFlags(rawValue: bytes[position + 13])
    case Packet.udp:
      guard captured - position >= 8 else { return .malformed }
      headerLength = 8
    default:
      packet.payload = min(position, captured)..<captured
      return .packet(packet)
    }
    packet.sourcePort = bytes.number16(at: position)
    packet.destinationPort = bytes.number16(at: position + 2)
    let begin = min(position + headerLength, captured)
    packet.payload = begin..<captured
    packet.missing = end - (position + headerLength) - (captured - begin)
    return .packet(packet)
  }
}

extension Range<Int> {
  /// Without its first numbers, of which there are so many.
  fileprivate func dropped(_ count: Int) -> Range<Int> { (lowerBound + count)..<upperBound }
}

extension [UInt8] {
  func number16(at position: Int) -> UInt16 { UInt16(self[position]) << 8 | UInt16(self[position + 1]) }

  func number32(at position: Int) -> UInt32 {
    UInt32(number16(at: position)) << 16 | UInt32(number16(at: position + 2))
  }

  fileprivate func address(at position: Int) -> WireAddress {
    func half(_ start: Int) -> UInt64 { UInt64(number32(at: start)) << 32 | UInt64(number32(at: start + 4)) }
    return WireAddress(high: half(position), low: half(position + 8))
  }
}
