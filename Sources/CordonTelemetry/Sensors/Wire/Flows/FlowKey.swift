/// Which flow a packet belongs to, either way: the two ends in order, and the transport.
struct FlowKey: Hashable, Sendable {
  let low: WireAddress
  let high: WireAddress
  let lowPort: UInt16
  let highPort: UInt16
  let transport: UInt8

  /// The key, and whether the packet's sender is the lower end.
  static func of(_ packet: Packet) -> (key: FlowKey, isFromLow: Bool) {
    let isFromLow =
      packet.source == packet.destination
      ? packet.sourcePort <= packet.destinationPort : packet.source < packet.destination
    let key =
      isFromLow
      ? FlowKey(
        low: packet.source, high: packet.destination, lowPort: packet.sourcePort, highPort: packet.destinationPort,
        transport: packet.transport)
      : FlowKey(
        low: packet.destination, high: packet.source, lowPort: packet.destinationPort, highPort: packet.sourcePort,
        transport: packet.transport)
    return (key, isFromLow)
  }
}
