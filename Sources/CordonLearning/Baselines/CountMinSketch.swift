package import CordonCore

/// How often an item occurs over the fleet, never too low: what rarity is measured against.
///
/// Cormode & Muthukrishnan, "An improved data stream summary: the count-min sketch" (2005). With n occurrences counted, an
/// estimate is too high by more than 2.72 n / width with a chance of at most 1.9 % (four rows). Merging adds: associative
/// and commutative. Memory: 16 bytes a column; counts saturate.
package struct CountMinSketch: Hashable, Sendable {
  private static let version: UInt8 = 1
  static let rows = 4
  package static let widthLimit = 1 << 20

  /// Columns a row.
  package let width: Int
  /// Occurrences counted.
  package private(set) var total: UInt64 = 0
  private var counts: [UInt32]

  /// A sketch of 16 to `widthLimit` columns.
  package init(width: Int) {
    precondition((16...Self.widthLimit).contains(width), "a count-min sketch has 16 to 1,048,576 columns")
    self.width = width
    counts = [UInt32](repeating: 0, count: width * Self.rows)
  }

  /// Counts occurrences of an item's hash.
  package mutating func insert(_ item: UInt64, count: UInt32 = 1) {
    total = total.addingSaturating(UInt64(count))
    for row in 0..<Self.rows {
      let cell = cell(item, row)
      counts[cell] = counts[cell].addingSaturating(count)
    }
  }

  /// At least how often the item occurred.
  package func estimate(_ item: UInt64) -> UInt32 {
    (0..<Self.rows).reduce(UInt32.max) { min($0, counts[cell(item, $1)]) }
  }

  /// How rare an item is: ln of all occurrences over its own; 0 for what is everywhere, greatest for what was never seen.
  package func rarity(_ item: UInt64) -> Double { logarithm(Double(total) + 1) - logarithm(Double(estimate(item)) + 1) }

  /// Becomes the sketch of both; both have the same width.
  package mutating func merge(_ other: CountMinSketch) {
    precondition(other.width == width, "sketches of one width are merged")
    total = total.addingSaturating(other.total)
    for index in counts.indices { counts[index] = counts[index].addingSaturating(other.counts[index]) }
  }

  private func cell(_ item: UInt64, _ row: Int) -> Int {
    let mixed = StableHash.finished(item &+ UInt64(row + 1) &* 0x9E37_79B9_7F4A_7C15)
    return row * width + Int(mixed.multipliedFullWidth(by: UInt64(width)).high)
  }
}

extension CountMinSketch {
  /// The state as it is pushed to agents.
  package var encoded: [UInt8] {
    var writer = StateWriter()
    writer.put(Self.version)
    writer.put(UInt32(width))
    writer.put(total)
    for count in counts { writer.put(count) }
    return writer.bytes
  }

  /// Reads a state; throws `malformed-state` for anything that `encoded` would not have written.
  package init(encoded bytes: [UInt8]) throws(CordonError) {
    var reader = StateReader(bytes)
    try reader.version(Self.version)
    let width = Int(try reader.integer(UInt32.self))
    guard (16...Self.widthLimit).contains(width), bytes.count == 13 + 4 * width * Self.rows else {
      throw StateReader.malformed
    }
    self.init(width: width)
    total = try reader.integer()
    for index in counts.indices { counts[index] = try reader.integer() }
    try reader.end()
  }
}
