/// Where messages stand within a message: what is counted before anything is decoded.
///
/// A message within another takes two bytes on the wire and hundreds in memory, so that 4 MiB could become 700. The scan
/// reads each byte at most once a level, allocates nothing, and recurses only as deep as the shape does.
package struct MessageShape: Sendable {
  /// By field number; nil where a field holds no message.
  private let fields: [MessageShape?]

  /// Holds no message that is worth counting.
  static let leaf = MessageShape([:])

  init(_ fields: [Int: MessageShape]) {
    self.fields = (0...(fields.keys.max() ?? 0)).map { fields[$0] }
  }

  /// How many messages the bytes hold within themselves, counted up to one more than `most`.
  ///
  /// Counting ends where the bytes are malformed: a decoder makes nothing of what comes behind either.
  package func count(in bytes: UnsafeRawBufferPointer, most: Int) -> Int {
    var scan = WireScan(bytes: bytes)
    var count = 0
    while count <= most, let field = scan.next() {
      guard let payload = field.payload, field.number < fields.count, let shape = fields[field.number] else { continue }
      count += 1
      if count <= most { count += shape.count(in: payload, most: most - count) }
    }
    return count
  }
}

/// Goes from field to field of an encoded message; groups, which no message of ours has, are passed over whole.
private struct WireScan {
  let bytes: UnsafeRawBufferPointer
  private var position = 0

  init(bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  /// The next field outside groups, with its bytes where they have a length; nil at the end or where it is malformed.
  mutating func next() -> (number: Int, payload: UnsafeRawBufferPointer?)? {
    var groups = 0
    while let tag = varint() {
      let number = Int(truncatingIfNeeded: tag >> 3)
      var payload: UnsafeRawBufferPointer?
      switch tag & 7 {
      case 0: guard varint() != nil else { return nil }
      case 1: guard skip(8) else { return nil }
      case 2:
        guard let length = varint(), length <= UInt64(bytes.count - position) else { return nil }
        payload = UnsafeRawBufferPointer(rebasing: bytes[position..<position + Int(length)])
        position += Int(length)
      case 3: groups += 1
      case 4: groups -= 1
      case 5: guard skip(4) else { return nil }
      default: return nil
      }
      guard number > 0, groups >= 0 else { return nil }
      if groups == 0 { return (number, payload) }
    }
    return nil
  }

  private mutating func skip(_ count: Int) -> Bool {
    guard bytes.count - position >= count else { return false }
    position += count
    return true
  }

  private mutating func varint() -> UInt64? {
    var value: UInt64 = 0
    var shift: UInt64 = 0
    while position < bytes.count, shift < 64 {
      let byte = bytes[position]
      position += 1
      value |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { return value }
      shift += 7
    }
    return nil
  }
}
