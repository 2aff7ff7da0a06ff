/// Goes over the fields of one protocol buffer as they stand in its bytes, without a copy: for the few small messages that
/// strangers send to a sensor, whose room does without the library.
///
/// Encoding: protobuf.dev, "Encoding". Groups, which are no longer written, count as damage. Constant space.
struct ProtobufFields {
  enum Value: Hashable {
    case number(UInt64)
    case fixed64(UInt64)
    case fixed32(UInt32)
    /// A text, bytes or a message, where in the bytes it stands.
    case bytes(Range<Int>)
  }

  struct Field: Hashable {
    var number: UInt64
    var value: Value
  }

  /// What was looked at is not what it claims to be; nothing more comes.
  private(set) var isDamaged = false

  private var position: Int
  private let end: Int

  init(_ range: Range<Int>) {
    position = range.lowerBound
    end = range.upperBound
  }

  /// The next field; nil at the end and behind damage.
  mutating func next(in bytes: Span<UInt8>) -> Field? {
    guard !isDamaged, position < end else { return nil }
    guard let key = number(in: bytes), key >> 3 > 0, let value = value(of: key & 7, in: bytes) else {
      isDamaged = true
      return nil
    }
    return Field(number: key >> 3, value: value)
  }

  private mutating func value(of kind: UInt64, in bytes: Span<UInt8>) -> Value? {
    switch kind {
    case 0: return number(in: bytes).map(Value.number)
    case 1: return fixed(8, in: bytes).map(Value.fixed64)
    case 2:
      guard let length = number(in: bytes), length <= UInt64(end - position) else { return nil }
      let start = position
      position += Int(length)
      return .bytes(start..<position)
    case 5: return fixed(4, in: bytes).map { .fixed32(UInt32($0)) }
    default: return nil
    }
  }

  /// Up to ten bytes of seven bits, the least first.
  private mutating func number(in bytes: Span<UInt8>) -> UInt64? {
    var value: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 70, by: 7) {
      guard position < end else { return nil }
      let byte = bytes[position]
      position += 1
      value |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { return shift < 63 || byte < 2 ? value : nil }
    }
    return nil
  }

  private mutating func fixed(_ count: Int, in bytes: Span<UInt8>) -> UInt64? {
    guard end - position >= count else { return nil }
    defer { position += count }
    return (0..<count).reduce(0) { $0 | UInt64(bytes[position + $1]) << (8 * UInt64($1)) }
  }
}
