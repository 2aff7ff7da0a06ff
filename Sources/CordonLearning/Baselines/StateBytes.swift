package import CordonCore

/// Writes learned state so that a shell can keep it: little-endian, in the order of the calls.
package struct StateWriter {
  package private(set) var bytes: [UInt8] = []

  package init() {}

  package mutating func put(_ value: some FixedWidthInteger) {
    withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
  }

  package mutating func put(_ value: Float) { put(value.bitPattern) }

  package mutating func put(_ value: Double) { put(value.bitPattern) }

  /// At most 65,535 bytes, preceded by their number.
  package mutating func put(_ value: [UInt8]) {
    precondition(value.count <= Int(UInt16.max), "a part of the state is too long")
    put(UInt16(value.count))
    bytes += value
  }
}

/// Reads what `StateWriter` wrote, from bytes that may be anything; throws `malformed-state`.
package struct StateReader {
  private let bytes: [UInt8]
  private var position = 0

  package init(_ bytes: [UInt8]) { self.bytes = bytes }

  package static let malformed = CordonError(
    .invalid, "malformed-state", "A learned state is damaged or was written by another version.",
    remedy: "Learning starts anew for it; nothing else is lost.")

  package mutating func integer<Integer: FixedWidthInteger>(_ type: Integer.Type = Integer.self) throws(CordonError)
    -> Integer
  {
    let size = MemoryLayout<Integer>.size
    guard bytes.count - position >= size else { throw Self.malformed }
    var value: Integer = 0
    for index in 0..<size { value |= Integer(truncatingIfNeeded: bytes[position + index]) << Integer(index * 8) }
    position += size
    return value
  }

  /// A finite number; anything else is damage.
  package mutating func float() throws(CordonError) -> Float {
    let value = Float(bitPattern: try integer())
    guard value.isFinite else { throw Self.malformed }
    return value
  }

  /// A finite number; anything else is damage.
  package mutating func double() throws(CordonError) -> Double {
    let value = Double(bitPattern: try integer())
    guard value.isFinite else { throw Self.malformed }
    return value
  }

  package mutating func data() throws(CordonError) -> [UInt8] {
    let count = Int(try integer(UInt16.self))
    guard bytes.count - position >= count else { throw Self.malformed }
    defer { position += count }
    return Array(bytes[position..<position + count])
  }

  /// How many of something follow; more than `most` is damage.
  package mutating func count(most: Int) throws(CordonError) -> Int {
    let count = Int(try integer(UInt32.self))
    guard count <= most else { throw Self.malformed }
    return count
  }

  /// A moment between 1970 and 2262; anything else is damage.
  package mutating func moment() throws(CordonError) -> Timestamp {
    let milliseconds = try integer(Int64.self)
    guard (0...9_223_372_036_854).contains(milliseconds) else { throw Self.malformed }
    return Timestamp(milliseconds: milliseconds)
  }

  /// Bytes as text; what is no UTF-8 is replaced.
  package mutating func text() throws(CordonError) -> String { String(decoding: try data(), as: UTF8.self) }

  /// Requires a version, the state's first byte.
  package mutating func version(_ expected: UInt8) throws(CordonError) {
    guard try integer(UInt8.self) == expected else { throw Self.malformed }
  }

  /// Requires that nothing is left.
  package func end() throws(CordonError) {
    guard position == bytes.count else { throw Self.malformed }
  }
}
