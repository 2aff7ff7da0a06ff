/// Reads one XML document's elements and attributes from front to back, for hostile bytes.
///
/// Expands nothing: a document type declaration ends the reading, so that no entity can be declared, grow or name a file
/// (CWE-611, CWE-776); the five predefined entities and characters by number are all that is read. Text between tags is
/// passed over: what an audit message says stands in attributes. Bounded: `depthLimit` elements deep, `attributeLimit`
/// attributes a tag, `nameLimit` bytes a name. Cost: one pass; memory: one tag's attributes.
package struct XMLReader {
  package static let depthLimit = 32
  package static let attributeLimit = 64
  package static let nameLimit = 128

  package enum Token: Hashable, Sendable {
    /// An element begins; its name without a prefix.
    case start(String)
    case end
    /// The document is over, or damaged.
    case finished
  }

  struct Attribute {
    var name: Range<Int>
    var value: Range<Int>
  }

  /// The document is not well-formed, or of a kind that is refused; every later token is `finished`.
  package private(set) var isDamaged = false

  let bytes: [UInt8]
  /// Bytes above 0x7F stand for the characters of the same number, as in ISO-8859-1.
  private(set) var isLatin = false
  /// Of the newest start tag.
  var attributes: [Attribute] = []

  private var position = 0
  private var open: [Range<Int>] = []
  private var hasRoot = false
  /// The newest start tag closed itself.
  private var isEmptyTag = false

  /// A byte-order mark and white space before the document are passed over.
  package init(_ bytes: [UInt8]) {
    self.bytes = bytes
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
    skipSpace()
    if matches("<?xml") { readDeclaration() }
  }

  /// The next tag.
  package mutating func next() -> Token {
    if isEmptyTag {
      isEmptyTag = false
      return close()
    }
    while !isDamaged {
      guard let start = bytes[position...].firstIndex(of: 0x3C) else { return finish() }
      // Text has no place outside the root element.
      guard !open.isEmpty || isSpace(position..<start) else { return damage() }
      position = start
      if matches("<!--") {
        pass(beyond: "-->")
      } else if matches("<?") {
        pass(beyond: "?>")
      } else if matches("<![CDATA[") {
        guard !open.isEmpty else { return damage() }
        pass(beyond: "]]>")
      } else if matches("</") {
        return readEnd()
      } else if matches("<!") {
        return damage()
      } else {
        return readStart()
      }
    }
    return .finished
  }

  private mutating func readStart() -> Token {
    guard open.count < Self.depthLimit, !(hasRoot && open.isEmpty) else { return damage() }
    position += 1
    attributes.removeAll(keepingCapacity: true)
    guard let name = readName() else { return damage() }
    while true {
      let hadSpace = skipSpace()
      if matches("/>") {
        position += 2
        isEmptyTag = true
        break
      }
      if matches(">") {
        position += 1
        break
      }
      guard hadSpace, attributes.count < Self.attributeLimit, let attribute = readAttribute() else { return damage() }
      attributes.append(attribute)
    }
    open.append(name)
    hasRoot = true
    return .start(text(ofName: name))
  }

  private mutating func readAttribute() -> Attribute? {
    guard let name = readName() else { return nil }
    skipSpace()
    guard matches("=") else { return nil }
    position += 1
    skipSpace()
    guard matches("\"") || matches("'") else { return nil }
    let quote = bytes[position]
    position += 1
    guard let end = bytes[position...].firstIndex(of: quote), !bytes[position..<end].contains(0x3C),
      !attributes.contains(where: { bytes[$0.name].elementsEqual(bytes[name]) })
    else { return nil }
    defer { position = end + 1 }
    return Attribute(name: name, value: position..<end)
  }

  private mutating func readEnd() -> Token {
    position += 2
    guard let name = readName(), let opened = open.last, bytes[opened].elementsEqual(bytes[name]) else {
      return damage()
    }
    skipSpace()
    guard matches(">") else { return damage() }
    position += 1
    return close()
  }

  private mutating func close() -> Token {
    open.removeLast()
    return .end
  }

  /// Nothing may be left but white space.
  private mutating func finish() -> Token {
    guard hasRoot, open.isEmpty, isSpace(position..<bytes.count) else { return damage() }
    position = bytes.count
    return .finished
  }

  private mutating func damage() -> Token {
    isDamaged = true
    isEmptyTag = false
    attributes.removeAll(keepingCapacity: true)
    position = bytes.count
    return .finished
  }

  /// UTF-8 and its subset ASCII, or one byte a character; nothing else is guessed at.
  private mutating func readDeclaration() {
    let start = position
    pass(beyond: "?>")
    guard !isDamaged else { return }
    let declaration = String(decoding: bytes[start..<position], as: UTF8.self).lowercased()
    guard let named = declaration.firstRange(of: "encoding") else { return }
    let encoding = declaration[named.upperBound...].drop { " =\t\r\n\"'".contains($0) }.prefix { !"\"'?".contains($0) }
    switch encoding {
    case "utf-8", "utf8", "us-ascii", "ascii": break
    case "iso-8859-1", "latin1", "windows-1252": isLatin = true
    default: _ = damage()
    }
  }

  private mutating func pass(beyond mark: StaticString) {
    while position < bytes.count {
      if matches(mark) {
        position += mark.utf8CodeUnitCount
        return
      }
      position += 1
    }
    _ = damage()
  }

  /// Letters, digits and what else XML allows in names; everything above ASCII.
  private mutating func readName() -> Range<Int>? {
    let start = position
    while position < bytes.count {
      switch bytes[position] {
      case 0x41...0x5A, 0x61...0x7A, 0x5F, 0x3A, 0x80...: break
      case 0x30...0x39, 0x2D, 0x2E:
        guard position > start else { return nil }
      default:
        return position > start && position - start <= Self.nameLimit ? start..<position : nil
      }
      position += 1
    }
    return nil
  }

  private func matches(_ mark: StaticString) -> Bool {
    let count = mark.utf8CodeUnitCount
    guard position + count <= bytes.count else { return false }
    return mark.withUTF8Buffer { bytes[position..<(position + count)].elementsEqual($0) }
  }

  @discardableResult private mutating func skipSpace() -> Bool {
    let start = position
    while position < bytes.count, Self.isSpace(bytes[position]) { position += 1 }
    return position > start
  }

  private func isSpace(_ range: Range<Int>) -> Bool { bytes[range].allSatisfy(Self.isSpace) }

  private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 }
}
