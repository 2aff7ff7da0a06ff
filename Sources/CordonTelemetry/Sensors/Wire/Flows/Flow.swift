import CordonCore

/// One flow while it lasts: who opened it, how far it got, and what has not been told of it yet.
struct Flow: Sendable {
  /// Times after which a flow that says nothing is over.
  enum Patience {
    static let unanswered = Duration.seconds(20)
    static let connection = Duration.seconds(3600)
    static let datagrams = Duration.seconds(60)
    static let ended = Duration.seconds(10)
  }

  enum State: Sendable {
    /// A SYN, and nothing back.
    case asked
    case established
    case midstream
    /// No more will be said; late packets are still counted.
    case over
  }

  let key: FlowKey
  let isClientLow: Bool
  let start: Timestamp
  var last: Timestamp
  /// When it was told of last; its beginning before that.
  var told: Timestamp
  var state: State
  var outcome = FlowPart.Outcome.established
  var isTold = false
  var clientBytes: UInt64 = 0
  var serverBytes: UInt64 = 0
  var clientPackets: UInt64 = 0
  var serverPackets: UInt64 = 0
  /// Sequence numbers of the first bytes, where the beginning was seen.
  var clientFirst: UInt32?
  var serverFirst: UInt32?
  private var hasClientEnded = false
  private var hasServerEnded = false
  /// Place of its stream; nil while it has none.
  var stream: Int?
  /// Nothing in it is read: it was recognised as nothing that is known.
  var isOpaque = false
  /// Looked at since the last round of eviction.
  var isRecent = true

  /// A flow that begins with a packet, which is not counted yet.
  init(_ packet: Packet, key: FlowKey, isFromLow: Bool, at time: Timestamp) {
    self.key = key
    start = time
    last = time
    told = time
    let isFromClient = Self.isFromClient(packet)
    isClientLow = isFromClient == isFromLow
    if packet.transport != Packet.tcp {
      state = .established
    } else if packet.flags.isSuperset(of: [.syn, .acknowledges]) || !packet.flags.contains(.syn) {
      state = .midstream
      outcome = .midstream
    } else {
      state = .asked
      outcome = .unanswered
    }
  }

  /// A SYN says who opened the connection; else the lower port serves.
  private static func isFromClient(_ packet: Packet) -> Bool {
    if packet.transport == Packet.tcp, packet.flags.contains(.syn) { return !packet.flags.contains(.acknowledges) }
    return packet.destinationPort <= packet.sourcePort
  }

  var serverPort: UInt16 { isClientLow ? key.highPort : key.lowPort }

  func side(isFromLow: Bool) -> WireSide { isFromLow == isClientLow ? .client : .server }

  /// Counts a packet and follows the connection's state; true where it is over with this one.
  mutating func take(_ packet: Packet, from side: WireSide, at time: Timestamp) -> Bool {
    last = max(last, time)
    isRecent = true
    switch side {
    case .client:
      clientBytes += UInt64(packet.wireBytes)
      clientPackets += 1
    case .server:
      serverBytes += UInt64(packet.wireBytes)
      serverPackets += 1
    }
    guard packet.transport == Packet.tcp else { return false }
    return follow(packet, from: side)
  }

  private mutating func follow(_ packet: Packet, from side: WireSide) -> Bool {
    if packet.flags.contains(.syn) {
      switch side {
      case .client: clientFirst = packet.sequence &+ 1
      case .server: serverFirst = packet.sequence &+ 1
      }
    }
    guard state != .over else { return false }
    if packet.flags.contains(.reset) {
      let isAnswer = state == .asked && side == .server
      // A probe that is no SYN gets the same answer as a SYN to a closed port.
      let isOnlyWord = state == .midstream && !isTold && (side == .server ? serverPackets : clientPackets) == 1
      if isAnswer || isOnlyWord { outcome = .refused }
      state = .over
      return true
    }
    if state == .asked, side == .server {
      state = .established
      outcome = .established
    }
    if packet.flags.contains(.fin) {
      if side == .client { hasClientEnded = true } else { hasServerEnded = true }
    }
    guard hasClientEnded, hasServerEnded else { return false }
    state = .over
    return true
  }

  /// A SYN on a flow that is over opens another one between the same ports.
  func isReplaced(by packet: Packet) -> Bool {
    state == .over && packet.transport == Packet.tcp && packet.flags.contains(.syn)
      && !packet.flags.contains(.acknowledges)
  }

  func isIdle(at now: Timestamp) -> Bool {
    let patience =
      switch state {
      case .over: Patience.ended
      case .asked: Patience.unanswered
      case .midstream: Patience.connection
      case .established: key.transport == Packet.tcp ? Patience.connection : Patience.datagrams
      }
    return now.since(last) > patience
  }

  var hasNews: Bool { clientPackets + serverPackets > 0 }

  /// What has come since it was told of last, which begins anew.
  mutating func part(isLast: Bool, at now: Timestamp) -> FlowPart {
    defer {
      (clientBytes, serverBytes, clientPackets, serverPackets) = (0, 0, 0, 0)
      isTold = true
      told = now
    }
    return FlowPart(
      transport: key.transport, start: start, clientBytes: clientBytes, serverBytes: serverBytes,
      clientPackets: clientPackets, serverPackets: serverPackets, isFirst: !isTold, isLast: isLast, outcome: outcome)
  }

  func exchange(_ event: WireEvent, sender: WireSide) -> WireExchange {
    let (low, high) = (key.low.address, key.high.address)
    return WireExchange(
      client: isClientLow ? low : high, server: isClientLow ? high : low, port: serverPort, sender: sender,
      event: event)
  }
}
