package import CordonCore

/// What audit trails come over sockets: who may send how much, and where one record ends and the next begins. A value;
/// time comes in.
///
/// Nobody's flood takes another's share: connections are counted by address, and each address has `share` records a
/// second, saved up for `burst`. Beyond it a stream waits, which its sender notices, and a datagram is dropped and counted.
package struct TrailStreams: Sendable {
  package static let connectionLimit = 256
  /// Connections of one address.
  package static let peerConnectionLimit = 16
  /// Records of one document; of the shortest events that mean anything a document holds fewer.
  package static let documentLimit = 16_384
  /// Bytes of a document that are cut at a time.
  private static let chunk = 64 << 10
  /// Addresses that are told apart, in each of two generations.
  package static let peerLimit = 1024
  /// Records a second of one address.
  package static let share = 4_000.0
  package static let burst = 20_000.0

  /// What came of something received.
  package struct Taken: Hashable, Sendable {
    package var records: [[UInt8]] = []
    package var dropped: UInt64 = 0
    package var reception = Reception.goOn

    package init(records: [[UInt8]] = [], dropped: UInt64 = 0, reception: Reception = .goOn) {
      self.records = records
      self.dropped = dropped
      self.reception = reception
    }
  }

  private struct Connection: Sendable {
    var peer: IPAddress
    var framer = SyslogFramer()
    var reported: UInt64 = 0
  }

  private struct Account: Sendable {
    var credit = TrailStreams.burst
    var at = Duration.zero
  }

  private var connections: [UInt64: Connection] = [:]
  private var accounts = GenerationCache<IPAddress, Account>(limit: peerLimit)

  package init() {}

  package var connectionCount: Int { connections.count }

  /// - Parameter now: since any moment, but always the same.
  package mutating func take(_ received: ReceivedBytes, at now: Duration) -> Taken {
    switch received {
    case .datagram(let bytes, let peer): return datagram(bytes, from: peer, now)
    case .opened(let number, let peer): return open(number, from: peer)
    case .bytes(let bytes, let number): return stream(bytes, of: number, now)
    case .document(let bytes, let number): return document(bytes, of: number, now)
    case .closed(let number):
      connections[number] = nil
      return Taken()
    case .refused: return Taken(dropped: 1, reception: .end)
    }
  }

  private mutating func datagram(_ bytes: [UInt8], from peer: IPAddress, _ now: Duration) -> Taken {
    guard bytes.count <= SyslogFramer.limit, spend(1, of: peer, now) >= 0 else { return Taken(dropped: 1) }
    return Taken(records: [bytes])
  }

  private mutating func open(_ number: UInt64, from peer: IPAddress) -> Taken {
    guard connections.count < Self.connectionLimit,
      connections.values.count(where: { $0.peer == peer }) < Self.peerConnectionLimit
    else { return Taken(dropped: 1, reception: .end) }
    connections[number] = Connection(peer: peer)
    return Taken()
  }

  private mutating func stream(_ bytes: [UInt8], of number: UInt64, _ now: Duration) -> Taken {
    guard var connection = connections[number] else { return Taken(reception: .end) }
    var taken = Taken(records: connection.framer.take(bytes[...]))
    taken.dropped = connection.framer.dropped - connection.reported
    connection.reported = connection.framer.dropped
    connections[number] = connection
    let credit = spend(Double(taken.records.count), of: connection.peer, now)
    if connection.framer.isDamaged {
      taken.reception = .end
    } else if credit < 0 {
      taken.reception = .rest(.milliseconds(Int64(-credit / Self.share * 1000) + 1))
    }
    return taken
  }

  /// A document is taken whole or not at all: its sender is told, and comes again.
  private mutating func document(_ bytes: [UInt8], of number: UInt64, _ now: Duration) -> Taken {
    guard let peer = connections[number]?.peer else { return Taken(reception: .end) }
    let credit = spend(0, of: peer, now)
    guard credit >= 0 else { return Taken(reception: .rest(.milliseconds(Int64(-credit / Self.share * 1000) + 1))) }
    var framer = EHRFramer()
    var taken = Taken()
    for start in stride(from: 0, to: bytes.count, by: Self.chunk) {
      taken.records += framer.take(bytes[start..<min(start + Self.chunk, bytes.count)])
      // Of lines of two bytes a document would be millions of records before anybody looked at one.
      guard taken.records.count <= Self.documentLimit else { return Taken(dropped: 1, reception: .end) }
    }
    if let last = framer.finish() { taken.records.append(last) }
    taken.dropped = framer.dropped
    _ = spend(Double(taken.records.count), of: peer, now)
    if taken.records.isEmpty || taken.dropped > 0 { taken.reception = .end }
    return taken
  }

  /// Takes records off an address's account; negative: it has had more than its share.
  private mutating func spend(_ count: Double, of peer: IPAddress, _ now: Duration) -> Double {
    var account = accounts[peer] ?? Account(at: now)
    let passed = Double(max(0, (now - account.at).milliseconds)) / 1000
    account.credit = min(Self.burst, account.credit + passed * Self.share)
    account.at = now
    let rest = account.credit - count
    // A datagram that is refused costs nothing, so that its sender gets its share again at once.
    if rest >= 0 || count > 1 { account.credit = rest }
    accounts[peer] = account
    return rest
  }
}
