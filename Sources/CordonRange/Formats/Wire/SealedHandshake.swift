/// The beginning of TLS 1.2 (RFC 5246) with the server's name (RFC 6066), and records that nobody can read.
enum SealedHandshake {
  private static let version: [UInt8] = [3, 3]
  private static let recordLimit = 16_384

  static func clientHello(to name: String, _ random: inout SeededStream) -> [UInt8] {
    let host = [0] + BigEndian.bytes(UInt16(name.utf8.count)) + Array(name.utf8)
    let list = BigEndian.bytes(UInt16(host.count)) + host
    let extensions = [0, 0] + BigEndian.bytes(UInt16(list.count)) + list
    let body =
      version + noise(32, &random) + [0, 0, 4, 0xC0, 0x2F, 0xC0, 0x30, 1, 0] + BigEndian.bytes(UInt16(extensions.count))
      + extensions
    return record(22, handshake(1, body))
  }

  static func serverHello(_ random: inout SeededStream) -> [UInt8] {
    record(22, handshake(2, version + noise(32, &random) + [0, 0xC0, 0x2F, 0]))
  }

  /// Application data of so many bytes.
  static func data(_ count: Int, _ random: inout SeededStream) -> [UInt8] {
    stride(from: 0, to: count, by: recordLimit).flatMap { record(23, noise(min(recordLimit, count - $0), &random)) }
  }

  private static func record(_ type: UInt8, _ body: [UInt8]) -> [UInt8] {
    [type] + version + BigEndian.bytes(UInt16(body.count)) + body
  }

  private static func handshake(_ type: UInt8, _ body: [UInt8]) -> [UInt8] {
    [type, 0] + BigEndian.bytes(UInt16(body.count)) + body
  }

  private static func noise(_ count: Int, _ random: inout SeededStream) -> [UInt8] {
    (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) }
  }
}
