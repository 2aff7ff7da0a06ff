package import CordonCore

/// The sentence that an analyst reads of unusual behaviour: what was done, and what is usual; no names.
package enum BehaviourSentence {
  /// Percentile from which a value is called high.
  static let leastPercentile = 90.0

  /// - Parameters:
  ///   - evidence: features that carry the score, strangest first.
  ///   - isByModel: whether the fleet's model and not the entity's own past carries the score.
  ///   - goesOn: a further day of what was told before.
  ///   - tripwires: rules that fired in the same window.
  package static func text(
    kind: EntityKind, scale: Scale, evidence: [Detection.Evidence], isByModel: Bool = false, goesOn: Bool = false,
    tripwires: [String] = []
  ) -> String {
    var sentence = goesOn ? "It goes on: this \(kind)" : "This \(kind)"
    let parts = evidence.map(part).joined(separator: "; ")
    if scale.memory == nil {
      sentence += isByModel ? " did what the fleet's model has hardly seen: " : " did what is unusual for it: "
      sentence += parts.isEmpty ? "a combination of what is usual by itself" : parts
    } else {
      sentence += " has been unusual \(isByModel ? "to the fleet's model" : "for it") for about \(scale.name)"
      sentence += parts.isEmpty ? "; what it did last was usual" : ", at the end with \(parts)"
    }
    sentence += "."
    if !tripwires.isEmpty { sentence += " Tripwires of the same time: \(tripwires.joined(separator: ", "))." }
    return sentence
  }

  /// Such as "212 records opened, usually 9 to 22 at this hour and lower for 99.8 % of the time".
  static func part(_ evidence: Detection.Evidence) -> String {
    var text =
      evidence.unit == "count"
      ? "\(number(evidence.value)) \(evidence.what)"
      : "\(evidence.what) of \(number(evidence.value)) \(evidence.unit)"
    guard let usual = evidence.usual else { return text }
    let (low, high) = (number(usual.lowerBound), number(usual.upperBound))
    text += high == "0" ? ", usually none" : low == high ? ", usually \(low)" : ", usually \(low) to \(high)"
    return text + " at this hour" + rank(evidence)
  }

  /// Said of what is high; never all of the time: what was not seen is not impossible.
  private static func rank(_ evidence: Detection.Evidence) -> String {
    guard let percentile = evidence.percentile, percentile >= leastPercentile, evidence.value > 0 else { return "" }
    let tenths = min((percentile * 10).rounded(.down) / 10, 99.9)
    return " and lower for \(percentile < 99 ? "\(Int(tenths))" : "\(tenths)") % of the time"
  }

  /// Whole from ten on, one decimal below.
  private static func number(_ value: Double) -> String {
    let rounded = abs(value) >= 10 ? value.rounded() : (value * 10).rounded() / 10
    return rounded == rounded.rounded() && abs(rounded) < 1e15 ? "\(Int64(rounded))" : "\(rounded)"
  }
}
