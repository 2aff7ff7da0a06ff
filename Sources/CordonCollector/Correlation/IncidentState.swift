package import CordonCore

/// Where an incident stands; raw values are stored and shown.
package enum IncidentState: String, Sendable, CaseIterable {
  /// Someone should look.
  case open
  /// At least one containment of it is in effect.
  case contained
  /// Every detection was labelled benign or expected.
  case closed

  /// The state that follows from what is known, whatever it was before.
  ///
  /// - Parameters:
  ///   - labels: one entry a detection, nil where nobody has judged it yet.
  ///   - held: containments of the incident now in effect.
  package static func of(labels: [DetectionLabel?], held: Int) -> IncidentState {
    if held > 0 { return .contained }
    let isCleared = !labels.isEmpty && labels.allSatisfy { $0 == .benign || $0 == .expected }
    return isCleared ? .closed : .open
  }
}

/// An analyst's verdict; raw values are stored, shown and sent.
package enum DetectionLabel: String, Sendable, CaseIterable {
  case benign, malicious, expected

  /// - Throws: `unknown-label` for any other word.
  package init(parsing text: String) throws(CordonError) {
    guard let label = DetectionLabel(rawValue: text) else {
      throw CordonError(
        .invalid, "unknown-label", "There is no label “\(text.prefix(40))”.",
        remedy: "Use one of: \(DetectionLabel.allCases.map(\.rawValue).joined(separator: ", ")).")
    }
    self = label
  }
}
