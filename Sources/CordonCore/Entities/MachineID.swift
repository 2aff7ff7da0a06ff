/// A machine's id, as /etc/machine-id holds it: 32 lower-case hexadecimal digits.
package struct MachineID: Hashable, Sendable, CustomStringConvertible {
  package let text: String

  package static let length = 32

  /// Nil unless the text is 32 hexadecimal digits; upper case is folded, surrounding white space dropped.
  package init?(_ text: some StringProtocol) {
    let trimmed = text.utf8.filter { $0 > 0x20 }
    guard trimmed.count == Self.length, let bytes = Hex.decode(String(decoding: trimmed, as: UTF8.self)) else {
      return nil
    }
    self.text = Hex.encode(bytes)
  }

  package var description: String { text }
}
