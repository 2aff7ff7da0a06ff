extension JSONReader {
  /// The text at the reader's place; nil, and damage, where there is none or it is not UTF-8.
  mutating func string() -> String? {
    skipSpace()
    guard position < bytes.count, bytes[position] == 0x22 else {
      damage()
      return nil
    }
    position += 1
    let start = position
    while position < bytes.count {
      switch bytes[position] {
      case 0x22:
        defer { position += 1 }
        guard let text = String(validating: bytes[start..<position], as: UTF8.self) else {
          damage()
          return nil
        }
        return text
      case 0x5C: return escapedString(from: start)
      case 0..<0x20:
        damage()
        return nil
      default: position += 1
      }
    }
    damage()
    return nil
  }

  /// Moves behind a text without reading it.
  mutating func skipString() {
    position += 1
    while position < bytes.count {
      switch bytes[position] {
      case 0x22:
        position += 1
        return
      case 0x5C: position += 2
      case 0..<0x20: return damage()
      default: position += 1
      }
    }
    damage()
  }

  /// As `string`, from the first escape on.
  private mutating func escapedString(from start: Int) -> String? {
    var decoded = Array(bytes[start..<position])
    while position < bytes.count {
      let byte = bytes[position]
      position += 1
      switch byte {
      case 0x22:
        guard let text = String(validating: decoded, as: UTF8.self) else {
          damage()
          return nil
        }
        return text
      case 0x5C:
        guard let scalar = escape() else {
          damage()
          return nil
        }
        decoded.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
      case 0..<0x20:
        damage()
        return nil
      default: decoded.append(byte)
      }
    }
    damage()
    return nil
  }

  private mutating func escape() -> Unicode.Scalar? {
    guard position < bytes.count else { return nil }
    let letter = bytes[position]
    position += 1
    switch letter {
    case 0x22, 0x5C, 0x2F: return Unicode.Scalar(letter)
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{C}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"): return unicodeEscape()
    default: return nil
    }
  }

  /// Four hexadecimal digits, or two times four for a surrogate pair; half a pair is none.
  private mutating func unicodeEscape() -> Unicode.Scalar? {
    guard let first = hexadecimal() else { return nil }
    guard (0xD800..<0xDC00).contains(first) else { return Unicode.Scalar(first) }
    guard position + 1 < bytes.count, bytes[position] == 0x5C, bytes[position + 1] == UInt8(ascii: "u") else {
      return nil
    }
    position += 2
    guard let second = hexadecimal(), (0xDC00..<0xE000).contains(second) else { return nil }
    return Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
  }

  private mutating func hexadecimal() -> UInt32? {
    guard position + 4 <= bytes.count else { return nil }
    var value: UInt32 = 0
    for byte in bytes[position..<(position + 4)] {
      switch byte {
      case 0x30...0x39: value = value << 4 | UInt32(byte - 0x30)
      case 0x41...0x46: value = value << 4 | UInt32(byte - 0x41 + 10)
      case 0x61...0x66: value = value << 4 | UInt32(byte - 0x61 + 10)
      default: return nil
      }
    }
    position += 4
    return value
  }
}
