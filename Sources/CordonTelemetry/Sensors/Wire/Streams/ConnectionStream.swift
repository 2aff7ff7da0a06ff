import CordonCore

/// The bytes of one connection on their way to a reader: both sides put in order, the application recognised.
struct ConnectionStream: Sendable {
  /// Bytes of one side by which an application must be recognised.
  static let beginningLimit = 64

  /// How reading goes on after a packet.
  enum Progress: Sendable {
    case reading
    /// Nothing that is known, or nothing more to be known: the rest need not be put in order.
    case over
  }

  private let port: UInt16
  private var client = StreamAssembler()
  private var server = StreamAssembler()
  /// Once it is recognised; changed in place, because readers are large.
  private var application: StreamApplication?
  /// What each side said before that.
  private var clientBeginning: [UInt8] = []
  private var serverBeginning: [UInt8] = []
  /// The reader must be told that it has not seen everything.
  private var hasGap: Bool

  /// - Parameters:
  ///   - port: the server's.
  ///   - clientFirst: sequence number of a side's first byte; nil where the beginning was not seen.
  init(port: UInt16, clientFirst: UInt32?, serverFirst: UInt32?) {
    self.port = port
    hasGap = clientFirst == nil
    if let clientFirst { client.begin(at: clientFirst) }
    if let serverFirst { server.begin(at: serverFirst) }
  }

  /// Takes a packet's payload, and what it acknowledges.
  mutating func take(
    _ packet: Packet, of bytes: [UInt8], from side: WireSide, at time: Timestamp, _ scratch: inout StreamScratch
  ) -> Progress {
    let payload = bytes[packet.payload]
    // A SYN that carries data counts as a byte before them.
    let sequence = packet.flags.contains(.syn) ? packet.sequence &+ 1 : packet.sequence
    switch side {
    case .client: client.take(payload, missing: packet.missing, at: sequence, &scratch.pool, into: &scratch.pieces)
    case .server: server.take(payload, missing: packet.missing, at: sequence, &scratch.pool, into: &scratch.pieces)
    }
    let progress = feed(side, at: time, &scratch)
    guard progress == .reading, packet.flags.contains(.acknowledges) else { return progress }
    switch side.other {
    case .client: client.acknowledge(packet.acknowledgement, &scratch.pool, into: &scratch.pieces)
    case .server: server.acknowledge(packet.acknowledgement, &scratch.pool, into: &scratch.pieces)
    }
    return feed(side.other, at: time, &scratch)
  }

  /// Ends the connection: what is held back is read with its gaps.
  mutating func finish(at time: Timestamp, _ scratch: inout StreamScratch) {
    client.finish(&scratch.pool, into: &scratch.pieces)
    _ = feed(.client, at: time, &scratch)
    server.finish(&scratch.pool, into: &scratch.pieces)
    _ = feed(.server, at: time, &scratch)
    application?.finish(at: time, into: &scratch.events)
    application = nil
  }

  private mutating func feed(_ side: WireSide, at time: Timestamp, _ scratch: inout StreamScratch) -> Progress {
    defer { scratch.pieces.removeAll(keepingCapacity: true) }
    for piece in scratch.pieces {
      if application == nil {
        guard recognise(piece, from: side, at: time, &scratch.events) else { return .over }
      } else {
        application?.take(piece, from: side, at: time, into: &scratch.events)
      }
      if application?.isDone == true { return .over }
    }
    return .reading
  }

  /// False where no application can be meant.
  private mutating func recognise(
    _ piece: StreamPiece, from side: WireSide, at time: Timestamp, _ events: inout [StreamEvent]
  ) -> Bool {
    guard case .bytes(let bytes) = piece else {
      hasGap = true
      (clientBeginning, serverBeginning) = ([], [])
      return true
    }
    let earlier = side == .client ? clientBeginning : serverBeginning
    let beginning = earlier + bytes.prefix(Self.beginningLimit - earlier.count)
    switch StreamApplication.begun(with: beginning[...], port: port) {
    case .undecided where beginning.count < Self.beginningLimit:
      if side == .client { clientBeginning = beginning } else { serverBeginning = beginning }
      return true
    case .undecided, .nothing: return false
    case .speaks(let recognised):
      application = recognised
      tellBeginning(at: time, &events)
      application?.take(.bytes(bytes), from: side, at: time, into: &events)
      (clientBeginning, serverBeginning) = ([], [])
      return true
    }
  }

  /// Tells a new reader what came before it was known, and whether it has missed anything.
  private mutating func tellBeginning(at time: Timestamp, _ events: inout [StreamEvent]) {
    if hasGap {
      for side in WireSide.allCases { application?.take(.gap(0), from: side, at: time, into: &events) }
    }
    for (side, bytes) in [(WireSide.client, clientBeginning), (.server, serverBeginning)] where !bytes.isEmpty {
      application?.take(.bytes(bytes[...]), from: side, at: time, into: &events)
    }
  }
}

/// What streams are put in order with, kept from packet to packet so that none of it is allocated anew.
struct StreamScratch: Sendable {
  var pool = AssemblyPool()
  var pieces: [StreamPiece] = []
  var events: [StreamEvent] = []
}
