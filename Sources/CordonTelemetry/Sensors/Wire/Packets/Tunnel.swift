/// What a packet carries another packet in: GRE (RFC 2784, 2890; also ERSPAN of mirroring switches), VXLAN (RFC 7348), IP
/// in IP (RFC 2003, 4213), and labels of MPLS (RFC 3032) before one.
///
/// A value that says where the inner packet begins; who asks goes on from there, as deep as it dares. Constant time; every
/// number is hostile.
enum Tunnel {
  /// Labels before a packet.
  static let labelLimit = 8
  /// Of a link in a link: what is deeper counts for the tunnel.
  static let depthLimit = 4
  static let vxlanPort: UInt16 = 4789

  /// A packet within a packet.
  struct Inner: Hashable {
    var range: Range<Int>
    var link: LinkType
  }

  /// What a packet carries, where it is a tunnel's; nil for any other, and for what is no whole header.
  static func inner(of packet: Packet, in bytes: [UInt8]) -> Inner? {
    switch packet.transport {
    case 4, 41: packet.payload.isEmpty ? nil : Inner(range: packet.payload, link: .raw)
    case 47: generic(packet.payload, bytes)
    case Packet.udp where packet.destinationPort == vxlanPort: vxlan(packet.payload, bytes)
    default: nil
    }
  }

  /// What follows labels, by its own first bits: IP, or a frame of Ethernet behind a control word (RFC 4448).
  static func labelled(_ range: Range<Int>, in bytes: [UInt8]) -> Inner? {
    var start = range.lowerBound
    for _ in 0..<labelLimit {
      guard start + 4 < range.upperBound else { return nil }
      let isLast = bytes[start + 2] & 1 == 1
      start += 4
      guard isLast else { continue }
      switch bytes[start] >> 4 {
      case 4, 6: return Inner(range: start..<range.upperBound, link: .raw)
      case 0 where start + 4 < range.upperBound: return Inner(range: (start + 4)..<range.upperBound, link: .ethernet)
      default: return nil
      }
    }
    return nil
  }

  private static func generic(_ range: Range<Int>, _ bytes: [UInt8]) -> Inner? {
    guard range.count >= 4 else { return nil }
    let (flags, type) = (bytes.number16(at: range.lowerBound), bytes.number16(at: range.lowerBound + 2))
    // Version 0, and no source routes: those have a length of their own.
    guard flags & 0x4007 == 0 else { return nil }
    let options = [UInt16(0x8000), 0x2000, 0x1000].count { flags & $0 != 0 }
    let start = range.lowerBound + 4 + 4 * options
    switch type {
    case 0x0800, 0x86DD: return inner(from: start, to: range, .raw)
    case 0x6558: return inner(from: start, to: range, .ethernet)
    // Mirrored by a switch: type II has a header of 8 bytes where there is a sequence number, type I has none.
    case 0x88BE: return inner(from: start + (flags & 0x1000 != 0 ? 8 : 0), to: range, .ethernet)
    // Type III: 12 bytes, and 8 more where its last bit says so.
    case 0x22EB:
      guard start + 12 <= range.upperBound else { return nil }
      return inner(from: start + (bytes[start + 11] & 1 == 1 ? 20 : 12), to: range, .ethernet)
    default: return nil
    }
  }

  private static func vxlan(_ range: Range<Int>, _ bytes: [UInt8]) -> Inner? {
    // One flag says that the network's number holds; the rest is 0.
    guard range.count >= 8, bytes[range.lowerBound] == 0x08 else { return nil }
    return inner(from: range.lowerBound + 8, to: range, .ethernet)
  }

  private static func inner(from start: Int, to range: Range<Int>, _ link: LinkType) -> Inner? {
    start < range.upperBound ? Inner(range: start..<range.upperBound, link: link) : nil
  }
}
