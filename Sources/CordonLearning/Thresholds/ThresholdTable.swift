/// The thresholds in force on an agent: a schema's at each scale, and where they came from.
package struct ThresholdTable: Hashable, Sendable {
  package struct Key: Hashable, Sendable {
    package var schema: UInt32
    package var scale: Scale

    package init(schema: UInt32, scale: Scale) {
      self.schema = schema
      self.scale = scale
    }
  }

  private var results: [Key: ThresholdResult] = [:]

  /// Without any threshold: alert by tripwire alone.
  package init() {}

  /// What a scale's calibration came to; nil where there was none.
  package subscript(key: Key) -> ThresholdResult? {
    get { results[key] }
    set { results[key] = newValue }
  }

  /// One threshold a scale, in the given order; +∞ where the budget is not feasible or nothing was calibrated.
  package func thresholds(schema: UInt32, scales: [Scale]) -> [Double] {
    scales.map { results[Key(schema: schema, scale: $0)]?.threshold ?? .infinity }
  }
}
