/// Finds which of many literals stand in a text, in one pass over it.
///
/// Each literal of three bytes and more is filed under three neighbouring bytes of its own, those that fewest others are
/// filed under; a filter of 64 Ki bits tells for most positions of a text that nothing is filed there. Shorter literals
/// are looked for one by one. After Wu and Manber, "A fast algorithm for multi-pattern searching" (1994). Cost: a text's
/// length, and each place where a literal's three bytes stand times the literal's length.
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
    var literal: Int
    /// Of the three bytes within the literal.
    var offset: Int
    /// The next entry under the same three bytes, or -1.
    var next: Int
  }

  private static let gram = 3

  private var literals: [Literal] = []
  /// What is handed on where a literal is found.
  private var marks: [Int] = []
  private var filter = [UInt64](repeating: 0, count: 1024)
  /// Heads of the entries' chains.
  private var heads: [UInt32: Int] = [:]
  private var lengths: [UInt32: Int] = [:]
  private var entries: [Entry] = []
  private var short: [Int] = []

  mutating func add(_ literal: Literal, mark: Int) {
    let number = literals.count
    literals.append(literal)
    marks.append(mark)
    guard literal.bytes.count >= Self.gram else {
      short.append(number)
      return
    }
    var best = (offset: 0, length: Int.max)
    for offset in 0...(literal.bytes.count - Self.gram) {
      let length = lengths[Self.key(literal.bytes.span, offset), default: 0]
      if length < best.length { best = (offset, length) }
    }
    let key = Self.key(literal.bytes.span, best.offset)
    entries.append(Entry(literal: number, offset: best.offset, next: heads[key] ?? -1))
    heads[key] = entries.count - 1
    lengths[key, default: 0] += 1
    let bit = Self.bit(key)
    filter[bit >> 6] |= 1 << UInt64(bit & 63)
  }

  /// Adds the mark of each literal that stands in the text, once or more often.
  func search(_ text: Span<UInt8>, into found: inout [Int]) {
    for number in short where Self.stands(literals[number], in: text) { found.append(marks[number]) }
    guard !entries.isEmpty, text.count >= Self.gram else { return }
    var key = UInt32(text[0]) << 8 | UInt32(text[1])
    for position in 0...(text.count - Self.gram) {
      key = (key << 8 | UInt32(text[position + 2])) & 0xFF_FFFF
      let bit = Self.bit(key)
      guard filter[bit >> 6] & 1 << UInt64(bit & 63) != 0, var next = heads[key] else { continue }
      while next >= 0 {
        let entry = entries[next]
        if stands(entry, in: text, at: position) { found.append(marks[entry.literal]) }
        next = entry.next
      }
    }
  }

  private func stands(_ entry: Entry, in text: Span<UInt8>, at position: Int) -> Bool {
    let literal = literals[entry.literal]
    let start = position - entry.offset
    guard start >= 0, start + literal.bytes.count <= text.count,
      !literal.anchor.contains(.start) || start == 0,
      !literal.anchor.contains(.end) || start + literal.bytes.count == text.count
    else { return false }
    return Self.equal(literal.bytes, text, at: start)
  }

  private static func stands(_ literal: Literal, in text: Span<UInt8>) -> Bool {
    let last = text.count - literal.bytes.count
    guard last >= 0 else { return false }
    let first = literal.anchor.contains(.end) ? last : 0
    guard !literal.anchor.contains(.start) || first == 0 else { return false }
    for start in first...(literal.anchor.contains(.start) ? 0 : last) where equal(literal.bytes, text, at: start) {
      return true
    }
    return false
  }

  private static func equal(_ bytes: [UInt8], _ text: Span<UInt8>, at start: Int) -> Bool {
    for offset in bytes.indices where text[start + offset] != bytes[offset] { return false }
    return true
  }

  private static func key(_ bytes: Span<UInt8>, _ offset: Int) -> UInt32 {
    UInt32(bytes[offset]) << 16 | UInt32(bytes[offset + 1]) << 8 | UInt32(bytes[offset + 2])
  }

  /// Multiplicative hashing to 16 bits.
  private static func bit(_ key: UInt32) -> Int { Int((key &* 2_654_435_761) >> 16) }
}
