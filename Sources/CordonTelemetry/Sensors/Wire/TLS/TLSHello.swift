import CordonCore

/// The first message of either side of a TLS connection, out of the records that carry it.
enum TLSHello {
  enum Body {
    case whole([UInt8])
    case unfinished
    case damaged
  }

  private enum Extension {
    static let serverName: UInt16 = 0
    static let supportedVersions: UInt16 = 43
  }

  /// Bytes of a server's name that are kept.
  static let nameLimit = 255

  /// The hello without its head, put together from the records that it was cut into.
  static func body(of bytes: [UInt8]) -> Body {
    var message: [UInt8] = []
    var position = 0
    while bytes.count - position >= 5 {
      guard bytes[position] == 22, bytes[position + 1] == 3 else { return .damaged }
      let length = Int(bytes.number16(at: position + 3))
      let start = position + 5
      message += bytes[start..<min(start + length, bytes.count)]
      if message.count >= 4 {
        guard message[0] == 1 || message[0] == 2 else { return .damaged }
        let whole = 4 + (Int(message[1]) << 16 | Int(message.number16(at: 2)))
        if message.count >= whole { return .whole(Array(message[4..<whole])) }
      }
      position = start + length
    }
    return .unfinished
  }

  /// What a client offers; nil where its hello is damaged.
  static func client(_ body: [UInt8]) -> TLSHandshake? {
    var cursor = Cursor(body)
    guard let legacy = cursor.number16(), cursor.skip(32), cursor.skipVector8(), cursor.skipVector16(),
      cursor.skipVector8()
    else { return nil }
    var handshake = TLSHandshake(offered: legacy)
    forEachExtension(&cursor) { type, content in
      switch type {
      case Extension.serverName: handshake.serverName = serverName(content)
      case Extension.supportedVersions:
        // Values of a special pattern are there to keep servers tolerant (RFC 8701).
        let versions = stride(from: 1, to: content.count - 1, by: 2).map { content.number16(at: $0) }
        if let highest = versions.filter({ $0 >> 8 == 3 }).max() { handshake.offered = highest }
      default: break
      }
    }
    return handshake
  }

  /// The version in a server's hello; nil where it is damaged.
  static func version(chosenIn body: [UInt8]) -> UInt16? {
    var cursor = Cursor(body)
    guard let legacy = cursor.number16(), cursor.skip(32), cursor.skipVector8(), cursor.skip(3) else { return nil }
    var chosen = legacy
    forEachExtension(&cursor) { type, content in
      if type == Extension.supportedVersions, content.count == 2 { chosen = content.number16(at: 0) }
    }
    return chosen
  }

  private static func forEachExtension(_ cursor: inout Cursor, _ body: (UInt16, [UInt8]) -> Void) {
    guard cursor.skip(2) else { return }
    while let type = cursor.number16(), let content = cursor.vector16() { body(type, content) }
  }

  /// A list of one name of type 0, a host's.
  private static func serverName(_ content: [UInt8]) -> [UInt8] {
    guard content.count > 5, content[2] == 0 else { return [] }
    let length = Int(content.number16(at: 3))
    guard 5 + length <= content.count, length <= nameLimit else { return [] }
    return content[5..<(5 + length)].map { (65...90).contains($0) ? $0 | 0x20 : $0 }
  }

  /// Reads a hello's fields in their order; nil and false past its end.
  private struct Cursor {
    private let bytes: [UInt8]
    private var position = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    mutating func skip(_ count: Int) -> Bool {
      guard bytes.count - position >= count else { return false }
      position += count
      return true
    }

    mutating func number16() -> UInt16? {
      guard bytes.count - position >= 2 else { return nil }
      defer { position += 2 }
      return bytes.number16(at: position)
    }

    mutating func skipVector8() -> Bool {
      guard position < bytes.count else { return false }
      return skip(1 + Int(bytes[position]))
    }

    mutating func skipVector16() -> Bool {
      guard let length = number16() else { return false }
      return skip(Int(length))
    }

    mutating func vector16() -> [UInt8]? {
      guard let length = number16(), bytes.count - position >= Int(length) else { return nil }
      defer { position += Int(length) }
      return Array(bytes[position..<(position + Int(length))])
    }
  }
}
