/// A question for a name's address and its answer (RFC 1035).
struct NameMessage {
  let id: UInt16
  let name: String

  /// One question, wanting recursion.
  var question: [UInt8] { BigEndian.bytes(id) + [0x01, 0x00, 0, 1, 0, 0, 0, 0, 0, 0] + asked }

  /// An address of the documentation's networks; or that there is no such name.
  func answer(isKnown: Bool) -> [UInt8] {
    guard isKnown else { return BigEndian.bytes(id) + [0x81, 0x83, 0, 1, 0, 0, 0, 0, 0, 0] + asked }
    return BigEndian.bytes(id) + [0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0] + asked
      + [0xC0, 0x0C, 0, 1, 0, 1, 0, 0, 0x0E, 0x10, 0, 4, 198, 51, 100, 200]
  }

  private var asked: [UInt8] {
    name.split(separator: ".").flatMap { [UInt8($0.utf8.count)] + Array($0.utf8) } + [0, 0, 1, 0, 1]
  }
}
