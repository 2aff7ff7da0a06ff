package import CordonCore

/// Parts of one entity's window, from several closings on one agent or from several agents, made into one.
///
/// The order of the parts does not matter: sums add, maxima take the most, unions merge their sketches and estimate
/// again. Counts are exact up to 2^24, above which a Float rounds.
package enum WindowMerge {
  /// Most parts that are merged at once.
  package static let partLimit = 65_536

  /// One window of the same entity, schema, start and length; `isPartial` and `isEarly` are cleared, scores dropped.
  ///
  /// Throws `window-parts` for no parts, too many, or parts that do not belong together, `unknown-schema`,
  /// `window-shape` for a wrong number of features, and `malformed-sketch`.
  package static func merge(_ parts: [EntityWindow]) throws(CordonError) -> EntityWindow {
    guard var merged = parts.first, parts.count <= partLimit else {
      throw CordonError(.invalid, "window-parts", "\(parts.count) parts of a window cannot be merged.")
    }
    guard let schema = FeatureSchema.withID(merged.schema) else {
      throw CordonError(
        .invalid, "unknown-schema", "A window has schema \(merged.schema), which this version does not know.")
    }
    var sketches: [UInt32: HyperLogLog] = [:]
    merged.features = [Float](repeating: 0, count: schema.features.count)
    merged.observations = 0
    merged.late = 0
    merged.lag = 0
    for part in parts {
      try check(part, belongsTo: merged, schema: schema)
      add(part, to: &merged, schema: schema)
      for sketch in part.sketches {
        let read = try HyperLogLog(encoded: sketch.registers)
        sketches[sketch.feature, default: HyperLogLog()].merge(read)
      }
    }
    merged.isSkewed = parts.contains(where: \.isSkewed)
    merged.isPartial = false
    merged.isEarly = false
    merged.part = 0
    merged.scores = nil
    merged.shadowScores = nil
    merged.sketches = []
    for (position, feature) in schema.features.enumerated() where feature.merge == .union {
      let sketch = sketches[feature.id] ?? HyperLogLog()
      merged.features[position] = Float(sketch.estimate)
      if !sketch.isEmpty {
        merged.sketches.append(EntityWindow.DistinctSketch(feature: feature.id, registers: sketch.encoded))
      }
    }
    return merged
  }

  private static func check(
    _ part: EntityWindow, belongsTo whole: EntityWindow, schema: FeatureSchema
  ) throws(CordonError) {
    guard part.entity == whole.entity, part.schema == whole.schema, part.start == whole.start,
      part.length == whole.length
    else {
      throw CordonError(.invalid, "window-parts", "Parts of different windows or entities cannot be merged.")
    }
    guard part.features.count == schema.features.count else {
      throw CordonError(
        .invalid, "window-shape",
        "A window of \(schema.name) has \(part.features.count) features instead of \(schema.features.count).")
    }
  }

  private static func add(_ part: EntityWindow, to whole: inout EntityWindow, schema: FeatureSchema) {
    whole.observations = whole.observations.addingSaturating(part.observations)
    whole.late = whole.late.addingSaturating(part.late)
    whole.lag = max(whole.lag, part.lag)
    for (position, feature) in schema.features.enumerated() {
      switch feature.merge {
      case .sum: whole.features[position] += part.features[position]
      case .max: whole.features[position] = max(whole.features[position], part.features[position])
      case .union: break
      }
    }
  }
}
