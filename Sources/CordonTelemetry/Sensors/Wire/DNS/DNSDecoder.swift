package import CordonCore

/// Reads the head and the first question of a message of the domain name system (RFC 1035).
///
/// A question's name is followed through at most `jumpLimit` pointers, backward only, so that none goes round in circles.
package enum DNSDecoder {
  package static let port: UInt16 = 53
  /// Bytes of a name, as the protocol has it.
  package static let nameLimit = 255
  package static let jumpLimit = 4

  /// Nil for what is no such message, or asks nothing.
  package static func decode(_ bytes: ArraySlice<UInt8>) -> DNSMessage? {
    let start = bytes.startIndex
    guard bytes.count >= 12 + 5 else { return nil }
    let (high, low) = (bytes[start + 2], bytes[start + 3])
    // Only ordinary questions: notifications and updates have other meanings.
    guard high & 0x78 == 0 else { return nil }
    let questions = Int(bytes[start + 4]) << 8 | Int(bytes[start + 5])
    guard questions >= 1, let (name, end) = name(in: bytes, at: 12), end + 4 <= bytes.count else { return nil }
    let type = UInt16(bytes[start + end]) << 8 | UInt16(bytes[start + end + 1])
    return DNSMessage(name: name, type: type, code: high & 0x80 == 0 ? nil : low & 0x0F)
  }

  /// The name at a place, and where what follows it begins.
  private static func name(in bytes: ArraySlice<UInt8>, at place: Int) -> ([UInt8], end: Int)? {
    let start = bytes.startIndex
    var name: [UInt8] = []
    var (position, end, jumps) = (place, Int?.none, 0)
    while position < bytes.count {
      let length = Int(bytes[start + position])
      switch length {
      case 0: return (name, end ?? position + 1)
      case 1...63:
        guard position + 1 + length <= bytes.count, name.count + length + 1 <= nameLimit else { return nil }
        if !name.isEmpty { name.append(UInt8(ascii: ".")) }
        for byte in bytes[(start + position + 1)..<(start + position + 1 + length)] {
          name.append((65...90).contains(byte) ? byte | 0x20 : byte)
        }
        position += 1 + length
      case 0xC0...:
        guard position + 1 < bytes.count, jumps < jumpLimit else { return nil }
        let target = (length & 0x3F) << 8 | Int(bytes[start + position + 1])
        guard target < position else { return nil }
        end = end ?? position + 2
        position = target
        jumps += 1
      default: return nil
      }
    }
    return nil
  }
}
