package import CordonCore

extension Criticality {
  /// Names as policies write them, the most critical first.
  package static let texts: [(text: String, value: Criticality)] = [
    ("life-sustaining", .lifeSustaining), ("therapeutic", .therapeutic), ("diagnostic", .diagnostic),
    ("administrative", .administrative),
  ]

  /// The name that policies write.
  package var text: String { Self.texts.first { $0.value == self }?.text ?? "life-sustaining" }

  /// Nil for any other text.
  package init?(text: String) {
    guard let found = Self.texts.first(where: { $0.text == text }) else { return nil }
    self = found.value
  }
}
