/// Steps over `key=value` fields without copying; a value may be bare, in double quotes or in single ones.
struct AuditFields {
  struct Field {
    /// The key's bytes packed big-endian; 0 for a key of more than 8.
    var key: UInt64
    var keyRange: Range<Int>
    /// Without quotes.
    var value: Range<Int>
    var isQuoted: Bool
  }

  private var position: Int
  private let end: Int

  init(_ range: Range<Int>) {
    position = range.lowerBound
    end = range.upperBound
  }

  /// Packs a key for comparison with `Field.key`; at most 8 ASCII letters.
  static func key(_ text: StaticString) -> UInt64 {
    var packed: UInt64 = 0
    for offset in 0..<min(8, text.utf8CodeUnitCount) { packed = packed << 8 | UInt64(text.utf8Start[offset]) }
    return packed
  }

  /// The next field; words without `=` are stepped over.
  mutating func next(in bytes: Span<UInt8>) -> Field? {
    while position < end {
      if bytes[position] == 0x20 {
        position += 1
        continue
      }
      let start = position
      var key: UInt64 = 0
      while position < end, bytes[position] != UInt8(ascii: "="), bytes[position] != 0x20 {
        key = key << 8 | UInt64(bytes[position])
        position += 1
      }
      guard position < end, bytes[position] == UInt8(ascii: "=") else { continue }
      let keyRange = start..<position
      position += 1
      let (value, isQuoted) = readValue(bytes)
      return Field(key: keyRange.count <= 8 ? key : 0, keyRange: keyRange, value: value, isQuoted: isQuoted)
    }
    return nil
  }

  private mutating func readValue(_ bytes: Span<UInt8>) -> (Range<Int>, Bool) {
    if position < end, bytes[position] == UInt8(ascii: "\"") || bytes[position] == UInt8(ascii: "'") {
      let quote = bytes[position]
      let start = position + 1
      let close = bytes.first(of: quote, in: start..<end) ?? end
      position = min(close + 1, end)
      return (start..<close, true)
    }
    let start = position
    position = bytes.first(of: 0x20, in: start..<end) ?? end
    return (start..<position, false)
  }
}

extension AuditFields.Field {
  /// A decimal number, also negative; nil for anything else.
  func integer(in bytes: Span<UInt8>) -> Int64? {
    var index = value.lowerBound
    guard index < value.upperBound, value.count <= 19 else { return nil }
    let isNegative = bytes[index] == UInt8(ascii: "-")
    if isNegative { index += 1 }
    guard index < value.upperBound else { return nil }
    var number: Int64 = 0
    while index < value.upperBound {
      let byte = bytes[index]
      guard (0x30...0x39).contains(byte) else { return nil }
      let (product, over) = number.multipliedReportingOverflow(by: 10)
      let (sum, past) = product.addingReportingOverflow(Int64(byte - 0x30))
      guard !over, !past else { return nil }
      number = sum
      index += 1
    }
    return isNegative ? -number : number
  }

  /// A hexadecimal number of at most 16 digits.
  func hexadecimal(in bytes: Span<UInt8>) -> UInt64? {
    guard !value.isEmpty, value.count <= 16 else { return nil }
    var number: UInt64 = 0
    for index in value {
      guard let digit = Self.digit(bytes[index]) else { return nil }
      number = number << 4 | UInt64(digit)
    }
    return number
  }

  /// A string field: quoted as it is; bare and all hexadecimal decoded, as the kernel writes what is not plain;
  /// `(null)` and `?` empty.
  func string(in bytes: Span<UInt8>, most limit: Int) -> [UInt8] {
    if !isQuoted {
      if let decoded = decodedHex(in: bytes, most: limit) { return decoded }
      if bytes.extracting(value).has("(null)", at: 0) || bytes.extracting(value).has("?", at: 0) { return [] }
    }
    return copied(from: bytes, most: limit)
  }

  /// Adds a string field's bytes to others, as `string` reads them, until there are `most`.
  func append(to text: inout [UInt8], in bytes: Span<UInt8>, most limit: Int) {
    guard !isQuoted, value.count.isMultiple(of: 2), isHexadecimal(bytes) else {
      for index in value where text.count < limit { text.append(bytes[index]) }
      return
    }
    var index = value.lowerBound
    while index < value.upperBound, text.count < limit {
      guard let high = Self.digit(bytes[index]), let low = Self.digit(bytes[index + 1]) else { return }
      text.append(high << 4 | low)
      index += 2
    }
  }

  private func isHexadecimal(_ bytes: Span<UInt8>) -> Bool {
    for index in value where Self.digit(bytes[index]) == nil { return false }
    return true
  }

  /// The bytes that hexadecimal digits stand for; nil for an odd number of them or any other letter.
  func decodedHex(in bytes: Span<UInt8>, most limit: Int) -> [UInt8]? {
    guard !value.isEmpty, value.count.isMultiple(of: 2) else { return nil }
    var decoded: [UInt8] = []
    decoded.reserveCapacity(min(value.count / 2, limit))
    var index = value.lowerBound
    while index < value.upperBound {
      guard let high = Self.digit(bytes[index]), let low = Self.digit(bytes[index + 1]) else { return nil }
      if decoded.count < limit { decoded.append(high << 4 | low) }
      index += 2
    }
    return decoded
  }

  private func copied(from bytes: Span<UInt8>, most limit: Int) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: min(value.count, limit)) { buffer, count in
      count = min(value.count, limit)
      for offset in 0..<count { buffer[offset] = bytes[value.lowerBound + offset] }
    }
  }

  private static func digit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case 0x30...0x39: byte - 0x30
    case 0x41...0x46: byte - 0x41 + 10
    case 0x61...0x66: byte - 0x61 + 10
    default: nil
    }
  }
}
