import CordonCore

/// Cuts one side of a connection into messages and these into segments: HL7's minimal lower layer protocol.
///
/// A message stands between a start block, 0x0B, and an end block, 0x1C 0x0D; its segments end with 0x0D, though many
/// senders write 0x0A. The text holds no other byte below 0x20, so that eight bytes at a time are looked at. A segment that
/// the bytes at hand hold whole is read where it stands; of one that is cut, the first `segmentLimit` bytes are kept until
/// its end has come.
///
/// Specification: HL7 Version 3 Standard, Transport Specification, MLLP Release 1 (the frame is that of version 2).
struct MLLPFramer: Sendable {
  /// Bytes of a segment that are looked at.
  static let segmentLimit = 2048
  /// Bytes of one message; a longer one is given up.
  static let messageLimit = 64 << 20

  private static let startBlock: UInt8 = 0x0B
  private static let endBlock: UInt8 = 0x1C

  /// The next thing in the bytes.
  enum Piece: Hashable {
    case start
    /// Where in the bytes it stands.
    case segment(Range<Int>)
    /// Stands in `carried`.
    case carriedSegment
    /// The message had so many bytes.
    case end(bytes: Int)
    /// No message: so many bytes, and why.
    case flaw(HL7Flaw, bytes: Int)
  }

  private enum State: Hashable {
    case outside
    case inside
    /// In the midst of something whose beginning was not seen, or that is too long: up to the next start block.
    case lost
  }

  /// The beginning of a segment that is not whole yet; whole when `next` has said so.
  private(set) var carried: [UInt8] = []
  /// Bytes of the message so far; of no message: bytes outside any.
  private(set) var messageBytes = 0

  private var state = State.outside
  private var isCarrying = false

  /// The next piece from a position on, which is moved behind it; nil when the bytes are used up.
  mutating func next(in bytes: Span<UInt8>, at position: inout Int) -> Piece? {
    while position < bytes.count {
      switch state {
      case .inside:
        if let piece = nextInside(bytes, &position) { return piece }
      case .outside, .lost:
        if let piece = nextOutside(bytes, &position) { return piece }
      }
    }
    return nil
  }

  /// What the end of the connection makes of what is unfinished.
  mutating func finish() -> Piece? {
    defer { lose() }
    guard state != .lost, messageBytes > 0 else { return nil }
    return .flaw(state == .inside ? .unfinished : .unframed, bytes: messageBytes)
  }

  /// Bytes were missed: what was begun is given up, and is nobody's fault.
  mutating func lose() {
    state = .lost
    messageBytes = 0
    dropCarried()
  }

  private mutating func nextOutside(_ bytes: Span<UInt8>, _ position: inout Int) -> Piece? {
    while position < bytes.count, bytes[position] != Self.startBlock {
      // A line's end between frames is common, and so is the carriage return of the end block.
      if state == .outside, bytes[position] > 0x20 || messageBytes > 0 { messageBytes += 1 }
      position += 1
    }
    guard position < bytes.count else { return nil }
    // The start block is read once what stood before it has been told.
    guard messageBytes == 0 else {
      defer { messageBytes = 0 }
      return .flaw(.unframed, bytes: messageBytes)
    }
    position += 1
    state = .inside
    return .start
  }

  private mutating func nextInside(_ bytes: Span<UInt8>, _ position: inout Int) -> Piece? {
    let start = position
    position = Self.control(in: bytes, from: start)
    let end = position
    messageBytes += end - start
    guard messageBytes <= Self.messageLimit else {
      let count = messageBytes
      lose()
      return .flaw(.oversized, bytes: count)
    }
    guard end < bytes.count else {
      carry(bytes, start..<end)
      return nil
    }
    let byte = bytes[end]
    let isLineEnd = byte == 0x0D || byte == 0x0A
    guard isLineEnd || byte == Self.endBlock || byte == Self.startBlock else {
      // A tab or another control character is text, if of a careless sender.
      position += 1
      messageBytes += 1
      carry(bytes, start..<position)
      return nil
    }
    // What stands before the end of a message is its last segment: the block itself is read next time.
    if let segment = segment(bytes, start..<end) {
      if isLineEnd { stepOver(&position) }
      return segment
    }
    if isLineEnd {
      stepOver(&position)
      return nil
    }
    defer { messageBytes = 0 }
    state = .outside
    guard byte == Self.endBlock else { return .flaw(.unfinished, bytes: messageBytes) }
    position += 1
    return .end(bytes: messageBytes)
  }

  private mutating func stepOver(_ position: inout Int) {
    position += 1
    messageBytes += 1
  }

  /// The segment that ends with a range, joined to what is carried of it; nil for an empty one.
  private mutating func segment(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Piece? {
    guard isCarrying else { return range.isEmpty ? nil : .segment(range) }
    carry(bytes, range)
    isCarrying = false
    return .carriedSegment
  }

  private mutating func carry(_ bytes: Span<UInt8>, _ range: Range<Int>) {
    if !isCarrying {
      carried.removeAll(keepingCapacity: true)
      isCarrying = true
    }
    for index in range.prefix(Self.segmentLimit - carried.count) { carried.append(bytes[index]) }
  }

  private mutating func dropCarried() {
    carried.removeAll(keepingCapacity: true)
    isCarrying = false
  }

  /// The first byte below 0x20 from a position on; the end where there is none.
  private static func control(in bytes: Span<UInt8>, from start: Int) -> Int {
    var position = start
    let raw = bytes.bytes
    while position + 8 <= bytes.count {
      let word = raw.unsafeLoadUnaligned(fromByteOffset: position, as: UInt64.self)
      // A byte below 0x20 borrows into its top bit, unless the bit was set before.
      guard (word &- 0x2020_2020_2020_2020) & ~word & 0x8080_8080_8080_8080 == 0 else { break }
      position += 8
    }
    while position < bytes.count, bytes[position] >= 0x20 { position += 1 }
    return position
  }
}
