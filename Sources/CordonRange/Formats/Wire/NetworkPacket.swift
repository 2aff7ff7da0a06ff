/// Ethernet frames of IPv4 with TCP or UDP, with the checksums that a network card would have filled in.
enum NetworkPacket {
  /// An address and a port.
  struct End: Hashable, Sendable {
    var address: NetworkAddress
    var port: UInt16
  }

  private static let tcp: UInt8 = 6
  private static let udp: UInt8 = 17
  private static let version4: [UInt8] = [0x08, 0x00]

  static func datagram(from source: End, to destination: End, _ payload: [UInt8], identification: UInt16) -> [UInt8] {
    let length = BigEndian.bytes(UInt16(8 + payload.count))
    var segment = BigEndian.bytes(source.port) + BigEndian.bytes(destination.port) + length + [0, 0] + payload
    fill(&segment, checksumAt: 6, over: source, destination, udp)
    return frame(source.address, destination.address, udp, segment, identification)
  }

  static func segment(
    from source: End, to destination: End, sequence: UInt32, acknowledges: UInt32, flags: UInt8, _ payload: [UInt8],
    identification: UInt16
  ) -> [UInt8] {
    var segment = BigEndian.bytes(source.port) + BigEndian.bytes(destination.port)
    segment += BigEndian.bytes(sequence) + BigEndian.bytes(acknowledges)
    // Five words of header, a window of 64,240 bytes.
    segment += [0x50, flags, 0xFA, 0xF0, 0, 0, 0, 0] + payload
    fill(&segment, checksumAt: 16, over: source, destination, tcp)
    return frame(source.address, destination.address, tcp, segment, identification)
  }

  private static func frame(
    _ source: NetworkAddress, _ destination: NetworkAddress, _ transport: UInt8, _ segment: [UInt8],
    _ identification: UInt16
  ) -> [UInt8] {
    var header: [UInt8] = [0x45, 0] + BigEndian.bytes(UInt16(20 + segment.count)) + BigEndian.bytes(identification)
    // Not to be fragmented; 64 hops.
    header += [0x40, 0, 64, transport, 0, 0] + source.bytes + destination.bytes
    let sum = checksum(header)
    (header[10], header[11]) = (UInt8(sum >> 8), UInt8(sum & 0xFF))
    return hardware(destination) + hardware(source) + version4 + header + segment
  }

  /// Locally administered, made of the address.
  private static func hardware(_ address: NetworkAddress) -> [UInt8] { [0x02, 0x00] + address.bytes }

  private static func fill(
    _ segment: inout [UInt8], checksumAt position: Int, over source: End, _ destination: End, _ transport: UInt8
  ) {
    let pseudoHeader =
      source.address.bytes + destination.address.bytes + [0, transport] + BigEndian.bytes(UInt16(segment.count))
    let sum = checksum(pseudoHeader + segment)
    (segment[position], segment[position + 1]) = (UInt8(sum >> 8), UInt8(sum & 0xFF))
  }

  /// RFC 1071.
  private static func checksum(_ bytes: [UInt8]) -> UInt16 {
    var sum: UInt32 = 0
    for index in stride(from: 0, to: bytes.count, by: 2) {
      sum += UInt32(bytes[index]) << 8 | (index + 1 < bytes.count ? UInt32(bytes[index + 1]) : 0)
    }
    while sum > 0xFFFF { sum = (sum & 0xFFFF) + (sum >> 16) }
    return ~UInt16(sum)
  }
}
