/// Finds which of many literals stand in a text, in one pass over it.
///
/// Each literal of three bytes and more is filed under three neighbouring bytes of its own, those that fewest others are
/// filed under; a table that is kept three quarters empty tells for most positions of a text that nothing is filed
/// there. Shorter literals are filed under their first byte. After Wu and Manber, "A fast algorithm for multi-pattern
/// searching" (1994). Cost: the text's length, and each place where a literal's filed bytes stand times its length.
/// Memory: 24 bytes a literal and its own, and 16 of the table.
struct LiteralIndex: Sendable {
  /// Where in a text a literal must stand.
  struct Anchor: OptionSet, Hashable, Sendable {
    let rawValue: UInt8

    static let start = Anchor(rawValue: 1)
    static let end = Anchor(rawValue: 2)
  }

  struct Literal: Hashable, Sendable {
    /// Folded; not empty.
    var bytes: [UInt8]
    var anchor: Anchor
  }

  private struct Entry: Sendable {
    /// The three bytes, or the first one.
    var key: UInt32
    /// Of the literal's bytes among all.
    var start: Int32
    var length: Int32
    /// Of the key within the literal.
    var offset: Int16
    var anchor: Anchor
    var mark: Int32
    /// The next entry of the same slot, or -1.
    var next: Int32
  }

  private static let gram = 3

  /// Every literal's bytes, one behind the other.
  private var pool: [UInt8] = []
  private var entries: [Entry] = []
  /// First entries by the slot of three bytes; a power of two of them.
  private var slots: [Int32]
  private let shift: UInt32
  /// First entries of short literals by their first byte.
  private var short = [Int32](repeating: -1, count: 256)
  private var hasShort = false

  /// Literals with the mark that is handed on where one is found.
  init(_ literals: [(literal: Literal, mark: Int)]) {
    var bits: UInt32 = 8
    while bits < 16, 1 << bits < 4 * literals.count { bits += 1 }
    shift = 32 - bits
    slots = Array(repeating: -1, count: 1 << bits)
    var lengths: [UInt32: Int] = [:]
    for (literal, mark) in literals { add(literal, mark, &lengths) }
  }

  private mutating func add(_ literal: Literal, _ mark: Int, _ lengths: inout [UInt32: Int]) {
    let bytes = literal.bytes.span
    var entry = Entry(
      key: UInt32(bytes[0]), start: Int32(pool.count), length: Int32(bytes.count), offset: 0, anchor: literal.anchor,
      mark: Int32(mark), next: -1)
    pool += literal.bytes
    guard bytes.count >= Self.gram else {
      entry.next = short[Int(bytes[0])]
      short[Int(bytes[0])] = Int32(entries.count)
      hasShort = true
      entries.append(entry)
      return
    }
    var fewest = Int.max
    for offset in 0...(bytes.count - Self.gram) {
      let key = UInt32(bytes[offset]) << 16 | UInt32(bytes[offset + 1]) << 8 | UInt32(bytes[offset + 2])
      let length = lengths[key, default: 0]
      if length < fewest { (fewest, entry.key, entry.offset) = (length, key, Int16(offset)) }
    }
    lengths[entry.key, default: 0] += 1
    entry.next = slots[slot(entry.key)]
    slots[slot(entry.key)] = Int32(entries.count)
    entries.append(entry)
  }

  /// Adds the mark of each literal that stands in the text, once or more often.
  func search(_ text: Span<UInt8>, into found: inout [Int]) {
    let (pool, entries, slots, short) = (pool.span, entries.span, slots.span, short.span)
    func visit(_ first: Int32, _ key: UInt32, _ position: Int) {
      var next = first
      while next >= 0 {
        let entry = entries[Int(next)]
        if entry.key == key, Self.stands(entry, pool, in: text, at: position), found.last != Int(entry.mark) {
          found.append(Int(entry.mark))
        }
        next = entry.next
      }
    }
    var key: UInt32 = 0
    for position in text.indices {
      key = (key << 8 | UInt32(text[position])) & 0xFF_FFFF
      if hasShort, short[Int(text[position])] >= 0 {
        visit(short[Int(text[position])], UInt32(text[position]), position)
      }
      guard position >= Self.gram - 1 else { continue }
      let first = slots[slot(key)]
      if first >= 0 { visit(first, key, position - Self.gram + 1) }
    }
  }

  /// Whether the literal stands where its key was found.
  private static func stands(_ entry: Entry, _ pool: Span<UInt8>, in text: Span<UInt8>, at position: Int) -> Bool {
    let start = position - Int(entry.offset)
    let length = Int(entry.length)
    guard start >= 0, start + length <= text.count, !entry.anchor.contains(.start) || start == 0,
      !entry.anchor.contains(.end) || start + length == text.count
    else { return false }
    for offset in 0..<length where text[start + offset] != pool[Int(entry.start) + offset] { return false }
    return true
  }

  /// Multiplicative hashing (Knuth).
  private func slot(_ key: UInt32) -> Int { Int((key &* 2_654_435_761) >> shift) }
}
