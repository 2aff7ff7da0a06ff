/// A UUIDv7 (RFC 9562): 16 bytes whose order is the order of their making, to the millisecond.
package struct UniqueID: Hashable, Comparable, Sendable {
  /// Exactly 16 bytes.
  package let bytes: [UInt8]

  package static let length = 16

  /// From its bytes; nil unless there are 16 of them.
  package init?(bytes: some Collection<UInt8>) {
    guard bytes.count == Self.length else { return nil }
    self.bytes = [UInt8](bytes)
  }

  /// Version 7: 48 bits of milliseconds, 74 random bits.
  package init(at time: Timestamp, randomness: inout some RandomNumberGenerator) {
    var bytes = [UInt8](repeating: 0, count: Self.length)
    let milliseconds = UInt64(max(0, time.milliseconds))
    for index in 0..<6 { bytes[index] = UInt8(truncatingIfNeeded: milliseconds >> UInt64(8 * (5 - index))) }
    for index in 6..<Self.length { bytes[index] = UInt8.random(in: .min ... .max, using: &randomness) }
    bytes[6] = 0x70 | (bytes[6] & 0x0F)
    bytes[8] = 0x80 | (bytes[8] & 0x3F)
    self.bytes = bytes
  }

  package static func < (left: UniqueID, right: UniqueID) -> Bool { left.bytes.lexicographicallyPrecedes(right.bytes) }
}

extension UniqueID: CustomStringConvertible {
  /// 8-4-4-4-12 hexadecimal digits.
  package var description: String {
    let hex = Array(Hex.encode(bytes))
    return [0..<8, 8..<12, 12..<16, 16..<20, 20..<32].map { String(hex[$0]) }.joined(separator: "-")
  }

  /// From text, with or without hyphens; nil unless it has 32 hexadecimal digits.
  package init?(_ text: String) {
    guard let bytes = Hex.decode(text.filter { $0 != "-" }) else { return nil }
    self.init(bytes: bytes)
  }
}
