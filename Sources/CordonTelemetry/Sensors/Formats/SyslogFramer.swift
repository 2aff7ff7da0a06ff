/// Cuts a TCP stream into syslog messages (RFC 6587): each with its length before it, or each on a line of its own.
///
/// The sender's first byte of a message says which. Bounded by `limit`: a longer message is dropped and counted, and read
/// on behind it. A stream that is neither is given up: `isDamaged`, and the connection should end.
package struct SyslogFramer: Sendable {
  package static let limit = 64 << 10
  /// Digits of a length.
  private static let digitLimit = 7

  package private(set) var dropped: UInt64 = 0
  package private(set) var isDamaged = false

  private var waiting: [UInt8] = []
  /// Waiting bytes that hold no end of a line, so that a line which drips in is not searched again and again.
  private var searched = 0
  /// Bytes of an overlong counted message that are still to come.
  private var skipping = 0
  /// Whether the rest of an overlong line is passed over.
  private var skipsLine = false

  package init() {}

  /// Takes what was read from the stream; returns the messages that it completes.
  package mutating func take(_ bytes: ArraySlice<UInt8>) -> [[UInt8]] {
    guard !isDamaged else { return [] }
    waiting += bytes
    var messages: [[UInt8]] = []
    var position = 0
    while position < waiting.count, let end = step(from: position, into: &messages) { position = end }
    waiting.removeFirst(min(position, waiting.count))
    return messages
  }

  /// One message or part of what is passed over; nil where more bytes are needed.
  private mutating func step(from start: Int, into messages: inout [[UInt8]]) -> Int? {
    if skipping > 0 {
      let count = min(skipping, waiting.count - start)
      skipping -= count
      return start + count
    }
    if skipsLine {
      guard let end = waiting[start...].firstIndex(of: 0x0A) else { return waiting.count }
      skipsLine = false
      return end + 1
    }
    switch waiting[start] {
    case 0x0A, 0x0D, 0x00: return start + 1
    case 0x31...0x39: return counted(from: start, into: &messages)
    case 0x3C: return line(from: start, into: &messages)
    default:
      isDamaged = true
      dropped += 1
      return nil
    }
  }

  private mutating func counted(from start: Int, into messages: inout [[UInt8]]) -> Int? {
    let head = waiting[start...].prefix(Self.digitLimit + 1)
    guard let space = head.firstIndex(where: { !(0x30...0x39).contains($0) }) else {
      if head.count > Self.digitLimit { giveUp() }
      return nil
    }
    guard waiting[space] == 0x20 else {
      giveUp()
      return nil
    }
    let count = waiting[start..<space].reduce(0) { $0 * 10 + Int($1 - 0x30) }
    let body = space + 1
    guard count <= Self.limit else {
      dropped += 1
      skipping = count
      return body
    }
    guard body + count <= waiting.count else { return nil }
    messages.append(Array(waiting[body..<(body + count)]))
    return body + count
  }

  private mutating func line(from start: Int, into messages: inout [[UInt8]]) -> Int? {
    guard let end = waiting[(start + searched)...].firstIndex(of: 0x0A) else {
      searched = waiting.count - start
      guard searched > Self.limit else { return nil }
      searched = 0
      dropped += 1
      skipsLine = true
      return waiting.count
    }
    searched = 0
    if end - start <= Self.limit { messages.append(Array(waiting[start..<end])) } else { dropped += 1 }
    return end + 1
  }

  private mutating func giveUp() {
    isDamaged = true
    dropped += 1
  }
}
