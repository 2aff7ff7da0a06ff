/// FNV-1a over 64 bits: notices a flipped bit; keeps nobody out.
package enum Checksum {
  /// The sum of some bytes.
  package static func of(_ bytes: [UInt8]) -> UInt64 {
    var sum: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in bytes { sum = (sum ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
    return sum
  }
}
