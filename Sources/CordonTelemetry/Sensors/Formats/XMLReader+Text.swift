extension XMLReader {
  /// The value of an attribute of the newest start tag; nil where it is not there or cannot be read.
  package func attribute(_ name: String) -> String? {
    guard let found = attributes.first(where: { localName($0.name).elementsEqual(name.utf8) }) else { return nil }
    return text(of: found.value)
  }

  /// A name without its prefix; what is no UTF-8 is shown with replacement characters.
  func text(ofName name: Range<Int>) -> String { String(decoding: localName(name), as: UTF8.self) }

  private func localName(_ name: Range<Int>) -> ArraySlice<UInt8> {
    let name = bytes[name]
    guard let colon = name.lastIndex(of: 0x3A) else { return name }
    return name[(colon + 1)...]
  }

  /// An attribute's value with its references resolved and white space as XML has it; nil for a reference to what a
  /// document type would declare, and for what is not of the document's encoding.
  private func text(of value: Range<Int>) -> String? {
    let raw = bytes[value]
    guard isLatin || raw.contains(where: { $0 == 0x26 || $0 < 0x20 }) else {
      return String(validating: raw, as: UTF8.self)
    }
    var decoded: [UInt8] = []
    decoded.reserveCapacity(raw.count)
    var position = raw.startIndex
    while position < raw.endIndex {
      let byte = raw[position]
      position += 1
      switch byte {
      case 0x26:
        guard let end = raw[position...].prefix(12).firstIndex(of: 0x3B),
          let scalar = Self.reference(raw[position..<end])
        else { return nil }
        decoded.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
        position = end + 1
      case 0..<0x20: decoded.append(0x20)
      case 0x80... where isLatin: decoded.append(contentsOf: [0xC0 | byte >> 6, 0x80 | byte & 0x3F])
      default: decoded.append(byte)
      }
    }
    return String(validating: decoded, as: UTF8.self)
  }

  private static func reference(_ name: ArraySlice<UInt8>) -> Unicode.Scalar? {
    switch String(decoding: name, as: UTF8.self) {
    case "amp": return "&"
    case "lt": return "<"
    case "gt": return ">"
    case "quot": return "\""
    case "apos": return "'"
    case let text where text.hasPrefix("#x"): return UInt32(text.dropFirst(2), radix: 16).flatMap(character)
    case let text where text.hasPrefix("#"): return UInt32(text.dropFirst()).flatMap(character)
    default: return nil
    }
  }

  /// What XML allows: no control characters but white space.
  private static func character(_ number: UInt32) -> Unicode.Scalar? {
    guard number >= 0x20 || number == 9 || number == 10 || number == 13 else { return nil }
    return Unicode.Scalar(number)
  }
}
