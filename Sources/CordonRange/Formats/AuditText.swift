/// Pieces of the kernel's audit records as text.
enum AuditText {
  /// A string as the kernel writes it: in quotes where it is plain, else in hexadecimal.
  static func string(_ text: String) -> String {
    let isPlain = text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\"") }
    return isPlain ? "\"\(text)\"" : hexadecimal(text.utf8)
  }

  /// Upper-case, two digits a byte.
  static func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
    let digits = Array("0123456789ABCDEF".utf8)
    var text: [UInt8] = []
    for byte in bytes {
      text.append(digits[Int(byte >> 4)])
      text.append(digits[Int(byte & 15)])
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// A `struct sockaddr_in` as `saddr` has it: family in the machine's order (little-endian), port and address in the
  /// network's, eight bytes of padding.
  static func socketAddress(_ peer: Peer) -> String {
    let port = [UInt8(peer.port >> 8), UInt8(peer.port & 0xFF)]
    return hexadecimal([2, 0] + port + peer.address.bytes + [UInt8](repeating: 0, count: 8))
  }

  /// What stands for a number of the kernel's that nobody can know here (an inode, a pointer): the same for the same text.
  static func number(for text: String, below limit: UInt64) -> UInt64 {
    // FNV-1a.
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
    return (hash ^ hash >> 29) % limit
  }
}
