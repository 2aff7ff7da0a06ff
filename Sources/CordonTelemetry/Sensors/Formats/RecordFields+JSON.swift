extension RecordFields {
  /// Levels of objects and arrays; an event of Winlogbeat has five.
  package static let depthLimit = 32

  /// Reads a record that is one JSON object (RFC 8259); false, and no field, where it is none or damaged.
  ///
  /// For hostile bytes: nothing traps, nothing nests deeper than `depthLimit`. What is not wanted is only searched for its
  /// end, and an array stands for its first element. Cost: one pass of eight bytes a step through texts; memory: none.
  package mutating func readJSON(_ record: [UInt8]) -> Bool {
    begin(record)
    let bytes = record.span.bytes
    var position = record.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    JSONScan.skipSpace(bytes, &position)
    var isWhole = false
    if bytes.byteCount <= Self.mostBytes, JSONScan.byte(bytes, position) == 0x7B {
      isWhole = readObject(bytes, &position, node: 0, depth: 1)
      JSONScan.skipSpace(bytes, &position)
    }
    guard isWhole, position == bytes.byteCount else {
      begin([])
      return false
    }
    return true
  }

  private mutating func readObject(_ bytes: RawSpan, _ position: inout Int, node: Int, depth: Int) -> Bool {
    position += 1
    JSONScan.skipSpace(bytes, &position)
    guard JSONScan.byte(bytes, position) != 0x7D else {
      position += 1
      return true
    }
    var isEscaped = false
    while true {
      guard let name = JSONScan.text(bytes, &position, isEscaped: &isEscaped) else { return false }
      JSONScan.skipSpace(bytes, &position)
      guard JSONScan.byte(bytes, position) == 0x3A else { return false }
      position += 1
      // A name that is wanted needs no escapes.
      let found = isEscaped ? .nothing : tree.find(name, of: bytes, in: node)
      guard readValue(bytes, &position, found, depth: depth) else { return false }
      JSONScan.skipSpace(bytes, &position)
      switch JSONScan.byte(bytes, position) {
      case 0x2C: position += 1
      case 0x7D:
        position += 1
        return true
      default: return false
      }
      JSONScan.skipSpace(bytes, &position)
    }
  }

  private mutating func readValue(
    _ bytes: RawSpan, _ position: inout Int, _ found: FieldTree.Found, depth: Int
  ) -> Bool {
    JSONScan.skipSpace(bytes, &position)
    guard found != .nothing else { return JSONScan.skip(bytes, &position, depth: depth) }
    switch JSONScan.byte(bytes, position) {
    case 0x22:
      var isEscaped = false
      guard let range = JSONScan.text(bytes, &position, isEscaped: &isEscaped) else { return false }
      if found.field >= 0 { set(found.field, range, isEscaped ? .escaped : .plain) }
      return true
    case 0x7B where found.node >= 0:
      return depth < Self.depthLimit && readObject(bytes, &position, node: Int(found.node), depth: depth + 1)
    case 0x7B: return JSONScan.skip(bytes, &position, depth: depth)
    case 0x5B: return depth < Self.depthLimit && readFirst(bytes, &position, found, depth: depth + 1)
    default:
      guard let range = JSONScan.word(bytes, &position) else { return false }
      let isNull = JSONScan.byte(bytes, range.lowerBound) == UInt8(ascii: "n")
      if found.field >= 0, !isNull { set(found.field, range, .word) }
      return true
    }
  }

  /// The first element of an array; the others are passed over.
  private mutating func readFirst(
    _ bytes: RawSpan, _ position: inout Int, _ found: FieldTree.Found, depth: Int
  ) -> Bool {
    position += 1
    JSONScan.skipSpace(bytes, &position)
    guard JSONScan.byte(bytes, position) != 0x5D else {
      position += 1
      return true
    }
    guard readValue(bytes, &position, found, depth: depth) else { return false }
    while true {
      JSONScan.skipSpace(bytes, &position)
      switch JSONScan.byte(bytes, position) {
      case 0x5D:
        position += 1
        return true
      case 0x2C: position += 1
      default: return false
      }
      JSONScan.skipSpace(bytes, &position)
      guard JSONScan.skip(bytes, &position, depth: depth) else { return false }
    }
  }
}

/// Steps over the parts of a JSON text; every place is checked against its end.
enum JSONScan {
  /// The byte at a place, or 0 behind the end.
  static func byte(_ bytes: RawSpan, _ position: Int) -> UInt8 {
    position < bytes.byteCount ? bytes.unsafeLoad(fromByteOffset: position, as: UInt8.self) : 0
  }

  static func skipSpace(_ bytes: RawSpan, _ position: inout Int) {
    while position < bytes.byteCount {
      switch bytes.unsafeLoad(fromByteOffset: position, as: UInt8.self) {
      case 0x20, 0x0A, 0x0D, 0x09: position += 1
      default: return
      }
    }
  }

  /// Moves behind a text; returns what stands between its quotes, or nil where there is no whole text.
  static func text(_ bytes: RawSpan, _ position: inout Int, isEscaped: inout Bool) -> Range<Int>? {
    guard byte(bytes, position) == 0x22 else { return nil }
    position += 1
    let start = position
    isEscaped = false
    while true {
      moveToMark(bytes, &position)
      switch byte(bytes, position) {
      case 0x22:
        position += 1
        return start..<(position - 1)
      case 0x5C:
        isEscaped = true
        position += 2
      // Control characters have no place in a text; 0 is also the end.
      default: return nil
      }
    }
  }

  /// Moves to the next quote, backslash or control character, or to the end: eight bytes a step.
  private static func moveToMark(_ bytes: RawSpan, _ position: inout Int) {
    let ones: UInt64 = 0x0101_0101_0101_0101
    let tops: UInt64 = 0x8080_8080_8080_8080
    while position + 8 <= bytes.byteCount {
      let word = UInt64(littleEndian: bytes.unsafeLoadUnaligned(fromByteOffset: position, as: UInt64.self))
      let quotes = word ^ (ones &* 0x22)
      let slashes = word ^ (ones &* 0x5C)
      // A byte below its neighbour's borrow may be marked wrongly, but never the lowest that is marked.
      let marks =
        ((quotes &- ones) & ~quotes | (slashes &- ones) & ~slashes | (word &- ones &* 0x20) & ~word) & tops
      guard marks == 0 else {
        position += marks.trailingZeroBitCount >> 3
        return
      }
      position += 8
    }
    while position < bytes.byteCount {
      let byte = bytes.unsafeLoad(fromByteOffset: position, as: UInt8.self)
      guard byte >= 0x20, byte != 0x22, byte != 0x5C else { return }
      position += 1
    }
  }

  /// A number, `true`, `false` or `null`: letters, digits and signs, at least one.
  static func word(_ bytes: RawSpan, _ position: inout Int) -> Range<Int>? {
    let start = position
    while position < bytes.byteCount {
      switch bytes.unsafeLoad(fromByteOffset: position, as: UInt8.self) {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2B, 0x2D, 0x2E: position += 1
      default: return position > start ? start..<position : nil
      }
    }
    return position > start ? start..<position : nil
  }

  /// Passes over one value; false where it has no end or nests too deep.
  static func skip(_ bytes: RawSpan, _ position: inout Int, depth: Int) -> Bool {
    var levels = 0
    var isEscaped = false
    repeat {
      switch byte(bytes, position) {
      case 0x22: guard text(bytes, &position, isEscaped: &isEscaped) != nil else { return false }
      case 0x7B, 0x5B:
        levels += 1
        position += 1
        guard depth + levels <= RecordFields.depthLimit else { return false }
      case 0x7D, 0x5D:
        guard levels > 0 else { return false }
        levels -= 1
        position += 1
      case 0x2C, 0x3A, 0x20, 0x0A, 0x0D, 0x09:
        guard levels > 0 else { return false }
        position += 1
      default: guard word(bytes, &position) != nil else { return false }
      }
    } while levels > 0
    return true
  }
}
