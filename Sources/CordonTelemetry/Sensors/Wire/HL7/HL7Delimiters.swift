/// The characters that a message's header says it is cut with (HL7 v2.9, chapter 2, "Message delimiters").
struct HL7Delimiters: Hashable, Sendable {
  var field: UInt8
  var component: UInt8
  /// Zero where the header does not name one; so are the two below.
  var repetition: UInt8 = 0
  var escape: UInt8 = 0
  var subcomponent: UInt8 = 0

  /// From a header segment, `MSH|^~\&|…`; nil where they cannot be told apart.
  ///
  /// The component separator is needed; of the others, old senders leave out some. A fifth encoding character cuts text
  /// short and means nothing here.
  init?(header: Span<UInt8>) {
    guard header.count > 4, Self.isDelimiter(header[3]), Self.isDelimiter(header[4]) else { return nil }
    field = header[3]
    component = header[4]
    var position = 4
    while position < header.count, position < 9, header[position] != field {
      let byte = header[position]
      // Each stands for one thing: none is a second time among those before it.
      guard Self.isDelimiter(byte), !(3..<position).contains(where: { header[$0] == byte }) else { return nil }
      switch position {
      case 5: repetition = byte
      case 6: escape = byte
      case 7: subcomponent = byte
      default: break
      }
      position += 1
    }
    guard position < header.count, header[position] == field, field != component else { return nil }
  }

  /// Any printable character that no name or number is written with.
  private static func isDelimiter(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x7F..., ...0x20: false
    default: true
    }
  }
}

/// Goes over the parts between one separator.
struct HL7Parts {
  private var position: Int
  private let end: Int
  private let separator: UInt8
  private var isOver = false

  init(_ range: Range<Int>, separator: UInt8) {
    position = range.lowerBound
    end = range.upperBound
    self.separator = separator
  }

  /// The next part, which may be empty; nil behind the last. Without a separator the whole is one part.
  mutating func next(in bytes: Span<UInt8>) -> Range<Int>? {
    guard !isOver else { return nil }
    let start = position
    while position < end, bytes[position] != separator || separator == 0 { position += 1 }
    let part = start..<position
    if position == end { isOver = true } else { position += 1 }
    return part
  }

  /// The part so many further on; nil where there are fewer.
  mutating func next(after skipped: Int, in bytes: Span<UInt8>) -> Range<Int>? {
    for _ in 0..<skipped { _ = next(in: bytes) }
    return next(in: bytes)
  }
}
