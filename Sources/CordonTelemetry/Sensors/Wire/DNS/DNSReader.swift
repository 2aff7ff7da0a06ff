package import CordonCore

/// Reads the questions and answers of one connection of the domain name system: over TCP each has its length before it
/// (RFC 7766), and is else as in a datagram.
///
/// A connection is recognised by its port, and by a first message that could be one. Keeps the head and the first question
/// of a message, and passes over the rest, so that a transfer of a zone costs nothing.
package struct DNSReader: StreamReader {
  /// A head, the longest name, type and class; both sides.
  package static let stateLimit = 2 * headLimit
  private static let headLimit = 2 + 12 + DNSDecoder.nameLimit + 1 + 4
  /// Bytes of a message that asks something.
  private static let least = 17

  private struct Side: Sendable {
    /// Of the message that has begun, with its length.
    var head: [UInt8] = []
    /// Of the same, still to be passed over.
    var rest = 0
    var isLost = false
  }

  private var client = Side()
  private var server = Side()

  package init() {}

  package static func recognise(_ beginning: ArraySlice<UInt8>, port: UInt16) -> StreamRecognition {
    guard port == DNSDecoder.port else { return .no }
    let head = Array(beginning.prefix(6))
    guard head.count >= 6 else { return .undecided }
    // An ordinary question or answer, as the decoder wants it, and one question at least.
    let isPlausible = head.number16(at: 0) >= UInt16(least) && head[4] & 0x78 == 0
    return isPlausible ? .yes : .no
  }

  package mutating func take(
    _ bytes: ArraySlice<UInt8>, from side: WireSide, at time: Timestamp, into events: inout [StreamEvent]
  ) {
    switch side {
    case .client: Self.read(bytes, side, &client, time, &events)
    case .server: Self.read(bytes, side, &server, time, &events)
    }
  }

  /// Where a message begins is not known any more after a gap that is longer than what was to be passed over.
  package mutating func skip(
    _ count: Int, from side: WireSide, at time: Timestamp, into events: inout [StreamEvent]
  ) {
    func skip(_ side: inout Side) {
      if count > 0, count <= side.rest { side.rest -= count } else { side.isLost = true }
    }
    switch side {
    case .client: skip(&client)
    case .server: skip(&server)
    }
  }

  package mutating func finish(at time: Timestamp, into events: inout [StreamEvent]) {}

  private static func read(
    _ bytes: ArraySlice<UInt8>, _ sender: WireSide, _ side: inout Side, _ time: Timestamp,
    _ events: inout [StreamEvent]
  ) {
    var bytes = bytes
    while !bytes.isEmpty, !side.isLost {
      let passed = min(side.rest, bytes.count)
      side.rest -= passed
      bytes = bytes.dropFirst(passed)
      guard let wanted = wanted(side.head) else {
        // Shorter than any message: this is something else.
        side.isLost = true
        return
      }
      let taken = min(wanted - side.head.count, bytes.count)
      side.head += bytes.prefix(taken)
      bytes = bytes.dropFirst(taken)
      // With its length known, more of it may be wanted.
      guard side.head.count >= 2, side.head.count == Self.wanted(side.head) else { continue }
      side.rest = 2 + Int(side.head.number16(at: 0)) - side.head.count
      if let message = DNSDecoder.decode(side.head[2...]) {
        events.append(StreamEvent(time: time, sender: sender, event: .dns(message)))
      }
      side.head.removeAll(keepingCapacity: true)
    }
  }

  /// How much of a message is collected; nil where its length is none.
  private static func wanted(_ head: [UInt8]) -> Int? {
    guard head.count >= 2 else { return 2 }
    let length = Int(head.number16(at: 0))
    return length < least ? nil : min(2 + length, headLimit)
  }
}
