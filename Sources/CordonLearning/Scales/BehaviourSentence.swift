package import CordonCore

/// The sentence that an analyst reads of unusual behaviour: what was done, and what is usual; no names.
package enum BehaviourSentence {
  /// - Parameters:
  ///   - evidence: features that carry the score, strangest first.
  ///   - goesOn: a further day of what was told before.
  ///   - tripwires: rules that fired in the same window.
  package static func text(
    kind: EntityKind, scale: Scale, evidence: [Detection.Evidence], goesOn: Bool = false, tripwires: [String] = []
  ) -> String {
    var sentence = goesOn ? "It goes on: this \(kind)" : "This \(kind)"
    sentence +=
      scale.memory == nil
      ? " did what is unusual for it: " : " has been unusual for it for about \(scale.name), at the end with "
    let parts = evidence.map(part)
    sentence += parts.isEmpty ? "a combination that its model has not seen" : parts.joined(separator: "; ")
    sentence += "."
    if !tripwires.isEmpty { sentence += " Tripwires of the same time: \(tripwires.joined(separator: ", "))." }
    return sentence
  }

  /// Such as "212 records opened, usually 9 to 22 at this hour".
  static func part(_ evidence: Detection.Evidence) -> String {
    var text =
      evidence.unit == "count"
      ? "\(number(evidence.value)) \(evidence.what)"
      : "\(evidence.what) of \(number(evidence.value)) \(evidence.unit)"
    guard let usual = evidence.usual else { return text }
    let (low, high) = (number(usual.lowerBound), number(usual.upperBound))
    text += high == "0" ? ", usually none" : low == high ? ", usually \(low)" : ", usually \(low) to \(high)"
    return text + " at this hour"
  }

  /// Whole from ten on, one decimal below.
  private static func number(_ value: Double) -> String {
    let rounded = abs(value) >= 10 ? value.rounded() : (value * 10).rounded() / 10
    return rounded == rounded.rounded() && abs(rounded) < 1e15 ? "\(Int64(rounded))" : "\(rounded)"
  }
}
