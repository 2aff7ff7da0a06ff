package import CordonCore

/// What was captured at one place, as a pcap file (IETF opsawg, draft-ietf-opsawg-pcap): microseconds, little-endian,
/// Ethernet, frames in order of time.
package struct NetworkCapture: Sendable {
  /// A frame, and when it was seen.
  struct Frame: Sendable {
    /// Microseconds since 1970.
    var time: Int64
    var bytes: [UInt8]
  }

  private static let snapshotLength: UInt32 = 65_535
  private static let ethernet: UInt32 = 1

  /// What the file begins with.
  package static var header: [UInt8] {
    LittleEndian.bytes(UInt32(0xA1B2_C3D4)) + LittleEndian.bytes(UInt16(2)) + LittleEndian.bytes(UInt16(4))
      + LittleEndian.bytes(UInt32(0)) + LittleEndian.bytes(UInt32(0)) + LittleEndian.bytes(snapshotLength)
      + LittleEndian.bytes(ethernet)
  }

  /// Frames written.
  package private(set) var frames: UInt64 = 0

  private var waiting: [Frame] = []
  private var conversations: ConversationFrames

  package init(of place: CapturePoint, in hospital: Hospital) {
    conversations = ConversationFrames(random: hospital.stream("capture", place.ward ?? -1))
  }

  /// Takes a conversation; its frames are written by `append(before:to:)`.
  package mutating func take(_ conversation: Conversation) { conversations.append(conversation, to: &waiting) }

  /// Appends what was seen before a moment; conversations that begin later must have no earlier frames.
  package mutating func append(before end: Timestamp, to bytes: inout [UInt8]) {
    let limit = end.milliseconds * 1000
    let due = waiting.filter { $0.time < limit }
    waiting.removeAll { $0.time < limit }
    // The library's sort is not promised to be stable.
    for index in due.indices.sorted(by: { (due[$0].time, $0) < (due[$1].time, $1) }) {
      let frame = due[index]
      let (seconds, fraction) = frame.time.quotientAndRemainder(dividingBy: 1_000_000)
      let length = LittleEndian.bytes(UInt32(frame.bytes.count))
      bytes += LittleEndian.bytes(UInt32(truncatingIfNeeded: seconds)) + LittleEndian.bytes(UInt32(fraction))
      bytes += length + length + frame.bytes
      frames += 1
    }
  }
}
