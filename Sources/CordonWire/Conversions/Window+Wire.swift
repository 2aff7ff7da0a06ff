package import CordonCore
import FoundationEssentials

extension Cordon_V1_EntityWindow {
  package init(_ window: EntityWindow) {
    self.init()
    entity = Cordon_V1_EntityRef(window.entity)
    schema = window.schema
    startMs = window.start.milliseconds
    lengthMs = window.length
    observations = window.observations
    features = window.features
    sketches = window.sketches.map { sketch in
      var message = Cordon_V1_DistinctSketch()
      message.feature = sketch.feature
      message.registers = Data(sketch.registers)
      return message
    }
    partial = window.isPartial
    early = window.isEarly
    skewed = window.isSkewed
    lagMs = window.lag
    late = window.late
    part = window.part
    if let found = window.scores { scores = Cordon_V1_WindowScores(found) }
    if let found = window.shadowScores { shadowScores = Cordon_V1_WindowScores(found) }
  }

  /// The window, where it fits a schema that this version knows: as many finite features as that or an earlier one has,
  /// sketches of its own features.
  package func domain() throws(CordonError) -> EntityWindow {
    guard let known = FeatureSchema.withID(schema) else {
      throw CordonError(
        .invalid, "unknown-schema", "A window is of schema \(schema), which this version does not know.")
    }
    guard let features = known.widened(features) else {
      throw CordonError(
        .invalid, "malformed",
        "A window of \(known.name) has \(features.count) features instead of \(known.features.count).")
    }
    guard features.allSatisfy(\.isFinite) else {
      throw CordonError(.invalid, "not-finite", "A window of \(known.name) holds a number that is not finite.")
    }
    guard (1...WireLimits.windowLength).contains(lengthMs) else {
      throw CordonError(.invalid, "out-of-range", "A window is not between 1 ms and a day long.")
    }
    return EntityWindow(
      entity: try entity.domain(), schema: schema, start: try Bounded.time(startMs, "window start"), length: lengthMs,
      observations: observations, features: features, sketches: try domainSketches(of: known), isPartial: partial,
      isEarly: early, isSkewed: skewed, lag: lagMs, late: late, part: part,
      scores: hasScores ? try scores.domain() : nil, shadowScores: hasShadowScores ? try shadowScores.domain() : nil)
  }

  private func domainSketches(of schema: FeatureSchema) throws(CordonError) -> [EntityWindow.DistinctSketch] {
    var domain: [EntityWindow.DistinctSketch] = []
    for sketch in try Bounded.list(sketches, "sketches", most: schema.features.count) {
      guard let index = schema.index(of: sketch.feature), schema.features[index].merge == .union,
        !domain.contains(where: { $0.feature == sketch.feature })
      else {
        throw CordonError(
          .invalid, "malformed",
          "A window of \(schema.name) holds a sketch of feature \(sketch.feature) it cannot have.")
      }
      let registers = try Bounded.bytes(sketch.registers, "sketch", most: WireLimits.sketch)
      domain.append(EntityWindow.DistinctSketch(feature: sketch.feature, registers: registers))
    }
    return domain
  }
}

extension Cordon_V1_WindowScores {
  package init(_ scores: WindowScores) {
    self.init()
    model = scores.model
    values = scores.values
  }

  package func domain() throws(CordonError) -> WindowScores {
    let values = try Bounded.list(values, "scores", most: WindowScores.scaleLimit)
    guard values.allSatisfy(\.isFinite) else {
      throw CordonError(.invalid, "not-finite", "A window's score is not a finite number.")
    }
    return WindowScores(model: model, values: values)
  }
}
