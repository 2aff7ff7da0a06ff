/// One entity's mergeable features over one window of event time.
package struct EntityWindow: Hashable, Sendable {
  package var entity: EntityRef
  /// Permanent id of its `FeatureSchema`.
  package var schema: UInt32
  package var start: Timestamp
  /// Milliseconds.
  package var length: UInt32
  /// How many observations are in it.
  package var observations: UInt32
  /// One finite value a feature, in the schema's order.
  package var features: [Float]
  /// HyperLogLog registers by feature id, for features whose merge rule is `union`.
  package var sketches: [DistinctSketch]
  /// Other agents may report parts of the same entity and window.
  package var isPartial: Bool
  /// Closed before its end because a burst counter tripped.
  package var isEarly: Bool
  package var isSkewed: Bool
  /// How late its last observation came, milliseconds.
  package var lag: UInt32
  /// Observations that came after the window closed and were dropped.
  package var late: UInt32
  /// Part number within the window on this agent, from 0.
  package var part: UInt32
  /// By the model that raises detections; nil: not scored where it was made.
  package var scores: WindowScores?
  /// By a model on trial, which raises none.
  package var shadowScores: WindowScores?

  package struct DistinctSketch: Hashable, Sendable {
    package var feature: UInt32
    package var registers: [UInt8]

    package init(feature: UInt32, registers: [UInt8]) {
      self.feature = feature
      self.registers = registers
    }
  }

  package init(
    entity: EntityRef, schema: UInt32, start: Timestamp, length: UInt32, observations: UInt32, features: [Float],
    sketches: [DistinctSketch] = [], isPartial: Bool = false, isEarly: Bool = false, isSkewed: Bool = false,
    lag: UInt32 = 0, late: UInt32 = 0, part: UInt32 = 0, scores: WindowScores? = nil, shadowScores: WindowScores? = nil
  ) {
    self.entity = entity
    self.schema = schema
    self.start = start
    self.length = length
    self.observations = observations
    self.features = features
    self.sketches = sketches
    self.isPartial = isPartial
    self.isEarly = isEarly
    self.isSkewed = isSkewed
    self.lag = lag
    self.late = late
    self.part = part
    self.scores = scores
    self.shadowScores = shadowScores
  }
}
