package import CordonCore

/// Reads how two machines agree on the protection of a remote desktop: the first message of either side.
///
/// After MS-RDPBCGR 2.2.1.1 and 2.2.1.2: a connection request and its confirmation of X.224 in a TPKT packet (RFC 1006,
/// RFC 2126), which may carry a request for TLS or CredSSP and what was chosen. The cookie before the request holds a
/// user's name: it is stepped over, and kept nowhere. What follows is encrypted, or of no interest.
package struct RDPReader: StreamReader {
  package static let stateLimit = 2 * packetLimit
  /// Bytes of a packet of X.224, whose header counts its own length in one byte.
  private static let packetLimit = 4 + 1 + 254
  /// Before the cookie: TPKT's header, X.224's length, code, two references and class.
  private static let headLength = 11
  private static let requestCode: UInt8 = 0xE0
  private static let confirmCode: UInt8 = 0xD0

  private var client: [UInt8] = []
  private var server: [UInt8] = []
  private var handshake: RDPHandshake?
  /// Both messages are read, or cannot be.
  package private(set) var isDone = false

  package init() {}

  package static func recognise(_ beginning: ArraySlice<UInt8>, port: UInt16) -> StreamRecognition {
    let head = Array(beginning.prefix(headLength))
    let pattern: [ClosedRange<UInt8>] = [
      3...3, 0...0, 0...1, 0...255, 6...254, 0xD0...0xE0, 0...255, 0...255, 0...255, 0...255, 0...0,
    ]
    for (byte, range) in zip(head, pattern) where !range.contains(byte) { return .no }
    guard head.count == headLength else { return .undecided }
    let isWhole = Int(head.number16(at: 2)) == Int(head[4]) + 5
    return isWhole && (head[5] == requestCode || head[5] == confirmCode) ? .yes : .no
  }

  package mutating func take(
    _ bytes: ArraySlice<UInt8>, from side: WireSide, at time: Timestamp, into events: inout [StreamEvent]
  ) {
    guard !isDone else { return }
    switch side {
    case .client:
      guard let packet = Self.collect(bytes, &client) else { return }
      guard let requested = Self.request(in: packet) else { return isDone = true }
      handshake = RDPHandshake(requested: requested)
    case .server:
      guard let packet = Self.collect(bytes, &server) else { return }
      guard let chosen = Self.choice(in: packet) else { return isDone = true }
      var known = handshake ?? RDPHandshake(requested: [])
      known.chosen = chosen
      tell(known, at: time, &events)
    }
  }

  package mutating func skip(
    _ count: Int, from side: WireSide, at time: Timestamp, into events: inout [StreamEvent]
  ) {
    if count > 0 { isDone = true }
  }

  package mutating func finish(at time: Timestamp, into events: inout [StreamEvent]) { isDone = true }

  private mutating func tell(_ handshake: RDPHandshake, at time: Timestamp, _ events: inout [StreamEvent]) {
    events.append(StreamEvent(time: time, sender: .client, event: .rdp(handshake)))
    isDone = true
  }

  /// A side's first packet once it is whole.
  private static func collect(_ bytes: ArraySlice<UInt8>, _ collected: inout [UInt8]) -> [UInt8]? {
    collected += bytes.prefix(packetLimit - collected.count)
    guard collected.count >= 5 else { return nil }
    let length = Int(collected[4]) + 5
    return collected.count >= length ? Array(collected[..<length]) : nil
  }

  /// What the client can do; empty where it knows of no protection but the protocol's first one.
  private static func request(in packet: [UInt8]) -> RDPHandshake.Protection? {
    guard packet.count >= headLength, packet[5] == requestCode else { return nil }
    var rest = packet[headLength...]
    // A cookie or a routing token is a line; a request is none.
    if rest.first != 1, let end = rest.firstIndex(of: 0x0A) { rest = rest[(end + 1)...] }
    return negotiation(in: rest, type: 1) ?? []
  }

  /// What the server chose; nil where it refused. One that does not answer a request has chosen the first protection.
  private static func choice(in packet: [UInt8]) -> RDPHandshake.Protection? {
    guard packet.count >= headLength, packet[5] == confirmCode else { return nil }
    let rest = packet[headLength...]
    if negotiation(in: rest, type: 3) != nil { return nil }
    return negotiation(in: rest, type: 2) ?? []
  }

  /// Eight bytes: what it is, flags, its length, and a number of four bytes.
  private static func negotiation(in bytes: ArraySlice<UInt8>, type: UInt8) -> RDPHandshake.Protection? {
    let bytes = Array(bytes.prefix(8))
    guard bytes.count == 8, bytes[0] == type, bytes[2] == 8, bytes[3] == 0 else { return nil }
    return RDPHandshake.Protection(rawValue: bytes.number32(at: 4).byteSwapped)
  }
}
