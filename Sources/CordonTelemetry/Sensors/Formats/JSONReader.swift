/// Reads one JSON text (RFC 8259) from front to back, without building a tree of it.
///
/// For hostile bytes: what is not JSON ends the reading and is told by `isDamaged`; nothing traps, nothing recurses, and
/// nothing nests deeper than `depthLimit`. Values that nobody asks for are only searched for their end. Cost: one pass;
/// memory: the texts that are asked for.
package struct JSONReader {
  /// Levels of objects and arrays; a FHIR resource has some ten.
  package static let depthLimit = 48

  /// The text is not what it claims to be; every later call finds nothing.
  package private(set) var isDamaged = false

  let bytes: [UInt8]
  var position = 0
  private var depth = 0

  /// A byte-order mark and white space before the text are passed over.
  package init(_ bytes: [UInt8]) {
    self.bytes = bytes
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
    skipSpace()
  }

  /// Whether nothing but white space is left.
  package var isAtEnd: Bool {
    mutating get {
      skipSpace()
      return position >= bytes.count
    }
  }

  /// Whether the value at the reader's place is a text.
  package var isAtText: Bool {
    mutating get {
      skipSpace()
      return position < bytes.count && bytes[position] == 0x22
    }
  }

  /// Reads an object: the body is called for each member, and reads its value or leaves it. Another value is passed over.
  package mutating func members(_ body: (inout JSONReader, String) -> Void) {
    guard enter(0x7B) else { return skip() }
    var isFirst = true
    while !isDamaged, !leave(0x7D) {
      guard isFirst || take(0x2C), let name = string(), take(0x3A) else { return damage() }
      isFirst = false
      skipSpace()
      let start = position
      body(&self, name)
      if position == start { skip() }
    }
  }

  /// Reads an array: the body is called for each element, and reads it or leaves it. Another value counts as an array of
  /// itself, because writers of FHIR disagree about lists of one.
  package mutating func elements(_ body: (inout JSONReader) -> Void) {
    guard enter(0x5B) else {
      let start = position
      body(&self)
      if position == start { skip() }
      return
    }
    var isFirst = true
    while !isDamaged, !leave(0x5D) {
      guard isFirst || take(0x2C) else { return damage() }
      isFirst = false
      skipSpace()
      let start = position
      body(&self)
      if position == start { skip() }
    }
  }

  /// A text; nil for another value, which is passed over.
  package mutating func text() -> String? {
    skipSpace()
    guard position < bytes.count, bytes[position] == 0x22 else {
      skip()
      return nil
    }
    return string()
  }

  /// True or false; nil for another value, which is passed over.
  package mutating func flag() -> Bool? {
    skipSpace()
    let start = position
    skip()
    guard !isDamaged else { return nil }
    if bytes[start..<position].elementsEqual("true".utf8) { return true }
    return bytes[start..<position].elementsEqual("false".utf8) ? false : nil
  }

  /// Passes over one value: finds its end, and does not look closer.
  package mutating func skip() {
    var levels = 0
    repeat {
      skipSpace()
      guard position < bytes.count else { return damage() }
      switch bytes[position] {
      case 0x22: skipString()
      case 0x7B, 0x5B:
        levels += 1
        position += 1
        guard depth + levels <= Self.depthLimit else { return damage() }
      case 0x7D, 0x5D:
        guard levels > 0 else { return damage() }
        levels -= 1
        position += 1
      case 0x2C, 0x3A:
        guard levels > 0 else { return damage() }
        position += 1
      default: skipWord()
      }
    } while levels > 0 && !isDamaged
  }

  mutating func damage() {
    isDamaged = true
    position = bytes.count
  }

  private mutating func enter(_ bracket: UInt8) -> Bool {
    skipSpace()
    guard position < bytes.count, bytes[position] == bracket else { return false }
    depth += 1
    guard depth <= Self.depthLimit else {
      damage()
      return true
    }
    position += 1
    return true
  }

  private mutating func leave(_ bracket: UInt8) -> Bool {
    guard take(bracket) else { return false }
    depth -= 1
    return true
  }

  private mutating func take(_ byte: UInt8) -> Bool {
    skipSpace()
    guard position < bytes.count, bytes[position] == byte else { return false }
    position += 1
    return true
  }

  mutating func skipSpace() {
    while position < bytes.count {
      switch bytes[position] {
      case 0x20, 0x0A, 0x0D, 0x09: position += 1
      default: return
      }
    }
  }

  /// A number, `true`, `false` or `null`: letters, digits and signs, at least one.
  private mutating func skipWord() {
    let start = position
    while position < bytes.count {
      switch bytes[position] {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2B, 0x2D, 0x2E: position += 1
      default:
        if position == start { damage() }
        return
      }
    }
  }
}
