package import CordonCore

/// Reads what one application says on one connection, out of bytes in their order. A pure value.
///
/// Contract:
/// - *Order.* Each side's bytes come in their order, without repeats; how they are cut is arbitrary. The two sides are
///   interleaved as the packets were.
/// - *Gaps.* Bytes that the capture missed are told by `skip`; the reader finds its way again or stays silent. A
///   connection may have begun before the capture: then `skip` of both sides comes first, with 0 bytes.
/// - *Bounded.* It keeps at most `stateLimit` bytes, whatever comes, and no payload that it has no question about.
/// - *Never fails.* What is no such protocol is an event of malformed bytes, at most one a message.
/// - `finish` comes once, at the connection's end or its time-out; nothing after it.
package protocol StreamReader: Sendable {
  /// Most bytes that a reader keeps of one connection.
  static var stateLimit: Int { get }

  /// Whether a connection speaks the application, by one side's first bytes and the server's port.
  ///
  /// - Parameter beginning: 1 to 64 bytes; where the capture began in the midst, any bytes.
  static func recognise(_ beginning: ArraySlice<UInt8>, port: UInt16) -> StreamRecognition

  init()

  mutating func take(
    _ bytes: ArraySlice<UInt8>, from side: WireSide, at time: Timestamp, into events: inout [StreamEvent])
  mutating func skip(_ count: Int, from side: WireSide, at time: Timestamp, into events: inout [StreamEvent])
  mutating func finish(at time: Timestamp, into events: inout [StreamEvent])
}

extension StreamReader {
  package mutating func take(
    _ piece: StreamPiece, from side: WireSide, at time: Timestamp, into events: inout [StreamEvent]
  ) {
    switch piece {
    case .bytes(let bytes): take(bytes, from: side, at: time, into: &events)
    case .gap(let count): skip(count, from: side, at: time, into: &events)
    }
  }
}

/// What a reader thinks of a connection's beginning.
package enum StreamRecognition: Hashable, Sendable {
  case yes, no
  /// With more bytes it can say.
  case undecided
}

/// One event on a connection.
package struct StreamEvent: Hashable, Sendable {
  package var time: Timestamp
  package var sender: WireSide
  package var event: WireEvent

  package init(time: Timestamp, sender: WireSide, event: WireEvent) {
    self.time = time
    self.sender = sender
    self.event = event
  }
}
