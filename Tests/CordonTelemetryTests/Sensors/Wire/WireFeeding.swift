import CordonCore
import CordonTelemetry
import CordonTestSupport

/// Feeds a reader what two sides say, whole or cut anywhere.
enum WireFeeding {
  /// One side's turn.
  struct Turn {
    var side: WireSide
    var bytes: [UInt8]

    static func client(_ bytes: [UInt8]) -> Turn { Turn(side: .client, bytes: bytes) }
    static func server(_ bytes: [UInt8]) -> Turn { Turn(side: .server, bytes: bytes) }
  }

  /// Events, with the side of each, after the connection's end.
  static func read<Reader: StreamReader>(
    _ turns: [Turn], with reader: Reader, cutting randomness: SeededRandomness? = nil
  ) -> [StreamEvent] {
    var (reader, events) = (reader, [StreamEvent]())
    for turn in turns {
      // Slices of a longer array, as a frame's payload is.
      let padded = [0xEE, 0xEE] + turn.bytes + [0xEE]
      var rest = padded[2..<(padded.count - 1)]
      var randomness = randomness
      while !rest.isEmpty {
        let count = randomness.map { _ in Int.random(in: 1...min(rest.count, 40), using: &randomness!) } ?? rest.count
        reader.take(rest.prefix(count), from: turn.side, at: .epoch, into: &events)
        rest = rest.dropFirst(count)
      }
    }
    reader.finish(at: .epoch, into: &events)
    return events
  }

  /// A message as MLLP frames it; line ends become segment ends.
  static func framed(_ message: String) -> [UInt8] {
    [0x0B] + Array(message.utf8).map { $0 == 0x0A ? 0x0D : $0 } + [0x1C, 0x0D]
  }
}
