package import CordonCore
import CordonLearning

/// Makes small counts of patients coarse before a window leaves the machine.
///
/// A window of one patient, held beside the list of admissions, says whose it is; one of "a few" does not. So one to four
/// become three, of nobody, and how many are new to a user is told from five on. What nothing planned explains stays
/// exact: it says little of who came and went, and it is what snooping shows by. A distinct count leaves as registers,
/// which would give the number away: those of few are replaced by three fixed ones, so that parts of a window still merge.
package enum SmallCounts {
  /// Counts from here on leave as they are.
  package static let fewest = 5
  /// What those below leave as; none stays none.
  package static let few = 3

  /// How a schema's windows leave.
  private struct Rule {
    /// Features of which few become `few`.
    var coarse: Set<UInt32>
    /// Features of which few become none.
    var untold: Set<UInt32> = []
    /// Whether each observation is an access to a patient's record, so that their number tells the same.
    var countsObservations = false
  }

  private static let rules: [UInt32: Rule] = [
    FeatureSchema.userAtEHR.id: Rule(coarse: [301, 302, 303, 307], untold: [304], countsObservations: true),
    FeatureSchema.deviceAtWire.id: Rule(coarse: [529]),
  ]

  private static let fewSketch: HyperLogLog = {
    var sketch = HyperLogLog()
    // A register each, of the least rank.
    for place in 1...UInt64(few) { sketch.insert(place << 52 | 1 << 51) }
    return sketch
  }()

  /// The window as it may leave; one of a schema without patients comes back unchanged.
  package static func coarsened(_ window: EntityWindow) -> EntityWindow {
    guard let rule = rules[window.schema], let schema = FeatureSchema.withID(window.schema) else { return window }
    var window = window
    for (position, feature) in schema.features.enumerated() where isFew(window.features[position]) {
      let isUntold = rule.untold.contains(feature.id)
      guard isUntold || rule.coarse.contains(feature.id) else { continue }
      window.features[position] = isUntold ? 0 : Float(few)
      guard feature.merge == .union else { continue }
      window.sketches.removeAll { $0.feature == feature.id }
      guard !isUntold else { continue }
      window.features[position] = Float(fewSketch.estimate)
      window.sketches.append(.init(feature: feature.id, registers: fewSketch.encoded))
    }
    if rule.countsObservations, isFew(Float(window.observations)) { window.observations = UInt32(few) }
    return window
  }

  private static func isFew(_ count: Float) -> Bool { count > 0 && count.rounded() < Float(fewest) }
}
