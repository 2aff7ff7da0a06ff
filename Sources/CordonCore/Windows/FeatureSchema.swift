/// How a feature's value is prepared for a model.
package enum FeatureTransform: String, Sendable { case identity, log1p, asinh, ratio }

/// How parts of the same window, from several agents or several closings, become one value.
package enum FeatureMerge: String, Sendable { case sum, max, union }

/// One number of a window: its meaning never changes under its id.
package struct FeatureDefinition: Hashable, Sendable {
  /// Permanent; never reused.
  package var id: UInt32
  package var name: String
  package var unit: String
  package var transform: FeatureTransform
  package var merge: FeatureMerge
  /// One line of meaning.
  package var meaning: String

  package init(
    _ id: UInt32, _ name: String, unit: String, _ transform: FeatureTransform, _ merge: FeatureMerge, _ meaning: String
  ) {
    self.id = id
    self.name = name
    self.unit = unit
    self.transform = transform
    self.merge = merge
    self.meaning = meaning
  }

  /// What the definition's digest is taken over: every part that changes the number's meaning.
  package var canonicalText: String {
    "\(id)\u{0}\(name)\u{0}\(unit)\u{0}\(transform.rawValue)\u{0}\(merge.rawValue)"
  }
}

/// The features of one entity kind and source family, in their order.
package struct FeatureSchema: Hashable, Sendable {
  /// Permanent; never reused.
  package var id: UInt32
  /// Such as `user@host`.
  package var name: String
  package var entity: EntityKind
  package var family: SourceFamily
  /// In their order, which never changes: later versions append.
  package var features: [FeatureDefinition]
  /// How many the first version had.
  package var firstFeatures: Int

  /// - Parameter firstFeatures: nil: as many as there are now.
  package init(
    id: UInt32, name: String, entity: EntityKind, family: SourceFamily, features: [FeatureDefinition],
    firstFeatures: Int? = nil
  ) {
    self.id = id
    self.name = name
    self.entity = entity
    self.family = family
    self.features = features
    self.firstFeatures = firstFeatures ?? features.count
  }

  /// Values as an earlier version counted them, with nothing where it did not count yet; nil for what no version has.
  package func widened(_ values: [Float]) -> [Float]? {
    guard (firstFeatures...features.count).contains(values.count) else { return nil }
    return values + [Float](repeating: 0, count: features.count - values.count)
  }

  /// Position of a feature by its permanent id.
  package func index(of id: UInt32) -> Int? { features.firstIndex { $0.id == id } }

  /// Every schema that this version knows.
  package static let all: [FeatureSchema] = [
    .hostAtHost, .userAtHost, .userAtEHR, .recordAtEHR, .deviceAtWire, .hostAtWire, .deviceAtHost,
  ]

  /// The schema with a permanent id.
  package static func withID(_ id: UInt32) -> FeatureSchema? { all.first { $0.id == id } }
}
