/// A window that every model must find strange, written into the policy by people: what a model that blinds fails at.
package struct CanaryWindow: Hashable, Sendable {
  /// Permanent id of the schema.
  package var schema: UInt32
  /// Values by permanent feature id; a feature that is not here is 0.
  package var values: [UInt32: Float]

  package init(schema: UInt32, values: [UInt32: Float]) {
    self.schema = schema
    self.values = values
  }

  /// The window's features in the schema's order; nil where this version does not know the schema.
  package var features: [Float]? { FeatureSchema.withID(schema)?.features.map { values[$0.id] ?? 0 } }

  /// As people write it: `host@host files_written=4000 high_entropy_writes=4000`.
  package var text: String {
    guard let known = FeatureSchema.withID(schema) else { return "" }
    let parts = known.features.compactMap { feature in values[feature.id].map { "\(feature.name)=\(Self.text($0))" } }
    return ([known.name] + parts).joined(separator: " ")
  }

  /// Nil unless the text names a schema, and at least one of its features, each once, with a finite value above 0.
  package init?(text: String) {
    let parts = text.split(separator: " ").map(String.init)
    guard let name = parts.first, let known = FeatureSchema.all.first(where: { $0.name == name }), parts.count > 1
    else { return nil }
    var values: [UInt32: Float] = [:]
    for part in parts.dropFirst() {
      let sides = part.split(separator: "=", omittingEmptySubsequences: false)
      guard sides.count == 2, let feature = known.features.first(where: { $0.name == sides[0] }),
        let value = Float(sides[1]), value.isFinite, value > 0, values.updateValue(value, forKey: feature.id) == nil
      else { return nil }
    }
    self.init(schema: known.id, values: values)
  }

  private static func text(_ value: Float) -> String {
    value == value.rounded() && value < 1e9 ? "\(Int64(value))" : "\(value)"
  }
}
