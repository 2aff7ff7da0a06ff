import CordonCore

/// Text and numbers out of a message's fields.
enum HL7Text {
  /// Bytes of a name or number that are read; longer ones are cut. Each may become three where it is no UTF-8, and the
  /// whole is still a part of a canonical name.
  static let limit = 80
  private static let powers: [Double] = [
    1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18,
  ]

  /// A part as text: escapes undone, white space around it cut off; `""`, which deletes a value, is empty.
  static func text(_ range: Range<Int>, in bytes: Span<UInt8>, _ delimiters: HL7Delimiters) -> String {
    let range = trimmed(range.prefix(limit), in: bytes)
    if range.count == 2, bytes[range.lowerBound] == 0x22, bytes[range.lowerBound + 1] == 0x22 { return "" }
    let part = bytes.extracting(range)
    guard delimiters.escape != 0, part.first(of: delimiters.escape, in: 0..<part.count) != nil else {
      return part.withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }
    }
    return String(decoding: unescaped(part, delimiters), as: UTF8.self)
  }

  /// FNV-1a of a part as it stands: tells control numbers and codes apart, and is no secret.
  static func hash(_ range: Range<Int>, in bytes: Span<UInt8>, seed: UInt64 = 0xCBF2_9CE4_8422_2325) -> UInt64 {
    var hash = seed
    for index in range { hash = (hash ^ UInt64(bytes[index])) &* 0x0000_0100_0000_01B3 }
    return hash
  }

  /// A number as type NM has it: a sign, digits, a point; nil for anything else and for more than 18 digits.
  static func number(_ range: Range<Int>, in bytes: Span<UInt8>) -> Double? {
    let range = trimmed(range, in: bytes)
    var position = range.lowerBound
    guard position < range.upperBound else { return nil }
    let isNegative = bytes[position] == UInt8(ascii: "-")
    if isNegative || bytes[position] == UInt8(ascii: "+") { position += 1 }
    var (digits, fraction, hasPoint) = (0, 0, false)
    var value: UInt64 = 0
    while position < range.upperBound {
      let byte = bytes[position]
      position += 1
      if byte == UInt8(ascii: "."), !hasPoint {
        hasPoint = true
        continue
      }
      guard (0x30...0x39).contains(byte), digits < 18 else { return nil }
      value = value * 10 + UInt64(byte - 0x30)
      digits += 1
      if hasPoint { fraction += 1 }
    }
    guard digits > 0 else { return nil }
    let magnitude = Double(value) / powers[fraction]
    return isNegative ? -magnitude : magnitude
  }

  private static func trimmed(_ range: Range<Int>, in bytes: Span<UInt8>) -> Range<Int> {
    var (start, end) = (range.lowerBound, range.upperBound)
    while start < end, bytes[start] <= 0x20 { start += 1 }
    while end > start, bytes[end - 1] <= 0x20 { end -= 1 }
    return start..<end
  }

  /// `\F\ \S\ \T\ \R\ \E\` stand for the delimiters, `\Xhh…\` for bytes; other escapes are layout and go.
  private static func unescaped(_ part: Span<UInt8>, _ delimiters: HL7Delimiters) -> [UInt8] {
    var text: [UInt8] = []
    var position = 0
    while position < part.count {
      let byte = part[position]
      position += 1
      guard byte == delimiters.escape,
        let end = part.first(of: delimiters.escape, in: position..<part.count)
      else {
        text.append(byte)
        continue
      }
      text += meaning(of: part.extracting(position..<end), delimiters)
      position = end + 1
    }
    return text
  }

  private static func meaning(of escape: Span<UInt8>, _ delimiters: HL7Delimiters) -> [UInt8] {
    guard escape.count > 0 else { return [] }
    switch (escape[0], escape.count) {
    case (UInt8(ascii: "F"), 1): return [delimiters.field]
    case (UInt8(ascii: "S"), 1): return [delimiters.component]
    case (UInt8(ascii: "T"), 1): return [delimiters.subcomponent]
    case (UInt8(ascii: "R"), 1): return [delimiters.repetition]
    case (UInt8(ascii: "E"), 1): return [delimiters.escape]
    case (UInt8(ascii: "X"), 3...):
      let digits = escape.extracting(1..<escape.count).withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }
      return Hex.decode(digits) ?? []
    default: return []
    }
  }
}

extension Range<Int> {
  /// Its first so many.
  func prefix(_ most: Int) -> Range<Int> { lowerBound..<Swift.min(upperBound, lowerBound + most) }
}
