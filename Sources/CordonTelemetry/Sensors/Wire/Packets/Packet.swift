/// What one frame carries, as far as flows and streams ask: addresses, ports, and where its payload lies.
package struct Packet: Hashable, Sendable {
  package static let tcp: UInt8 = 6
  package static let udp: UInt8 = 17

  package var source = WireAddress(high: 0, low: 0)
  package var destination = WireAddress(high: 0, low: 0)
  /// As IP numbers it.
  package var transport: UInt8 = 0
  /// 0 where the transport has none.
  package var sourcePort: UInt16 = 0
  package var destinationPort: UInt16 = 0
  /// Length of the whole IP packet.
  package var wireBytes = 0
  /// Of what the transport carries; positions in the bytes that were read.
  package var payload = 0..<0
  /// Bytes of the payload that the capture cut off.
  package var missing = 0
  // TCP alone.
  package var sequence: UInt32 = 0
  package var acknowledgement: UInt32 = 0
  package var flags = TCPFlags()

  package init() {}
}

/// The flags of a TCP header that tell a connection's state.
package struct TCPFlags: OptionSet, Hashable, Sendable {
  package let rawValue: UInt8

  package init(rawValue: UInt8) { self.rawValue = rawValue }

  package static let fin = TCPFlags(rawValue: 0x01)
  package static let syn = TCPFlags(rawValue: 0x02)
  package static let reset = TCPFlags(rawValue: 0x04)
  package static let acknowledges = TCPFlags(rawValue: 0x10)
}

/// What became of a frame.
package enum FrameVerdict: Hashable, Sendable {
  case packet(Packet)
  /// No IP in it, such as ARP.
  case foreign
  /// Part of an IP packet that was cut on its way; parts are counted and not put together.
  case fragment
  /// Not what its own headers claim.
  case malformed
}
