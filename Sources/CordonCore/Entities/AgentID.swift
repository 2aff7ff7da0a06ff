/// An agent's permanent id: 32 hexadecimal digits, the first half of SHA-256 of its first public key.
package struct AgentID: Hashable, Comparable, Sendable, CustomStringConvertible {
  package let text: String

  package static let length = 32

  /// Nil unless the text is 32 lower-case hexadecimal digits.
  package init?(_ text: String) {
    guard text.utf8.count == Self.length, let bytes = Hex.decode(text), Hex.encode(bytes) == text else { return nil }
    self.text = text
  }

  package var description: String { text }

  package static func < (left: AgentID, right: AgentID) -> Bool { left.text < right.text }
}
