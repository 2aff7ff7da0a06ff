import CordonCore

/// Records in a file of bytes: marker, length, checksum, payload.
///
/// After damage, reading goes on at the next record whose checksum is right: an undo that stands behind a torn
/// record must not be lost.
enum JournalFraming {
  /// No record is longer: a hold of the largest process tree fits.
  static let mostPayload = 1 << 20

  private static let marker: [UInt8] = [0xC0, 0x7D, 0x4A, 0x31]
  private static let headerLength = 12

  static func frame(_ payload: [UInt8]) -> [UInt8] {
    var writer = ByteWriter()
    writer.put(UInt32(payload.count))
    writer.put(checksum(payload))
    return marker + writer.bytes + payload
  }

  /// The payloads that are whole, in order, and how many bytes belong to none.
  static func payloads(in bytes: [UInt8]) -> (payloads: [[UInt8]], damaged: Int) {
    var payloads: [[UInt8]] = []
    var damaged = 0
    var position = 0
    while position < bytes.count {
      if let payload = payload(at: position, in: bytes) {
        payloads.append(payload)
        position += headerLength + payload.count
      } else {
        damaged += 1
        position += 1
      }
    }
    return (payloads, damaged)
  }

  private static func payload(at position: Int, in bytes: [UInt8]) -> [UInt8]? {
    guard bytes.count - position >= headerLength, bytes[position] == marker[0],
      bytes[position..<position + 4].elementsEqual(marker)
    else { return nil }
    let length = Int(word(at: position + 4, in: bytes))
    let start = position + headerLength
    guard length <= mostPayload, length <= bytes.count - start else { return nil }
    let payload = Array(bytes[start..<start + length])
    return checksum(payload) == word(at: position + 8, in: bytes) ? payload : nil
  }

  private static func word(at position: Int, in bytes: [UInt8]) -> UInt32 {
    (0..<4).reduce(0) { $0 | UInt32(bytes[position + $1]) << UInt32($1 * 8) }
  }

  /// CRC-32 (IEEE 802.3).
  static func checksum(_ bytes: [UInt8]) -> UInt32 {
    ~bytes.reduce(~0) { table[Int(UInt8(truncatingIfNeeded: $0) ^ $1)] ^ ($0 >> 8) }
  }

  private static let table: [UInt32] = (0..<256).map { index in
    (0..<8).reduce(UInt32(index)) { value, _ in value & 1 == 1 ? 0xEDB8_8320 ^ (value >> 1) : value >> 1 }
  }
}
