import CordonCore

/// Reads the escapes of the formats that logs are written in; a damaged escape stands for itself.
enum Unescaping {
  /// Of a JSON text, as RFC 8259 has it; half a surrogate pair stands for its letters.
  static func json(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
    // No escape is shorter than what it stands for.
    [UInt8](unsafeUninitializedCapacity: bytes.count) { buffer, count in
      var position = bytes.startIndex
      while position < bytes.endIndex {
        let byte = bytes[position]
        position += 1
        guard byte == 0x5C, position < bytes.endIndex else {
          buffer[count] = byte
          count += 1
          continue
        }
        let letter = bytes[position]
        position += 1
        if letter == UInt8(ascii: "u"), let scalar = scalar(bytes, &position) {
          for unit in UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter {
            buffer[count] = unit
            count += 1
          }
        } else {
          buffer[count] = control(letter)
          count += 1
        }
      }
    }
  }

  private static func control(_ letter: UInt8) -> UInt8 {
    switch letter {
    case UInt8(ascii: "b"): 0x08
    case UInt8(ascii: "f"): 0x0C
    case UInt8(ascii: "n"): 0x0A
    case UInt8(ascii: "r"): 0x0D
    case UInt8(ascii: "t"): 0x09
    default: letter
    }
  }

  /// Of a table of Zeek's: `\x` and two digits stand for a byte.
  static func hexadecimal(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
    var read: [UInt8] = []
    read.reserveCapacity(bytes.count)
    var position = bytes.startIndex
    while position < bytes.endIndex {
      if bytes[position] == 0x5C, position + 3 < bytes.endIndex, bytes[position + 1] == UInt8(ascii: "x"),
        let high = Hex.digit(bytes[position + 2]), let low = Hex.digit(bytes[position + 3])
      {
        read.append(high << 4 | low)
        position += 4
      } else {
        read.append(bytes[position])
        position += 1
      }
    }
    return read
  }

  /// Of a quoted field of CSV (RFC 4180): two quotes are one.
  static func doubled(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
    var read: [UInt8] = []
    read.reserveCapacity(bytes.count)
    var position = bytes.startIndex
    while position < bytes.endIndex {
      read.append(bytes[position])
      let isPair = bytes[position] == 0x22 && position + 1 < bytes.endIndex && bytes[position + 1] == 0x22
      position += isPair ? 2 : 1
    }
    return read
  }

  /// The character behind `\u`, of two halves where the first is one.
  private static func scalar(_ bytes: ArraySlice<UInt8>, _ position: inout Int) -> Unicode.Scalar? {
    var next = position
    guard let first = unit(bytes, &next) else { return nil }
    guard (0xD800..<0xDC00).contains(first) else {
      guard let scalar = Unicode.Scalar(first) else { return nil }
      position = next
      return scalar
    }
    guard next + 2 <= bytes.endIndex, bytes[next] == 0x5C, bytes[next + 1] == UInt8(ascii: "u") else { return nil }
    next += 2
    guard let second = unit(bytes, &next), (0xDC00..<0xE000).contains(second) else { return nil }
    position = next
    return Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
  }

  private static func unit(_ bytes: ArraySlice<UInt8>, _ position: inout Int) -> UInt32? {
    guard position + 4 <= bytes.endIndex else { return nil }
    var value: UInt32 = 0
    for byte in bytes[position..<(position + 4)] {
      guard let digit = Hex.digit(byte) else { return nil }
      value = value << 4 | UInt32(digit)
    }
    position += 4
    return value
  }
}
