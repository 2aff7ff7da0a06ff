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
  package var features: [FeatureDefinition]

  package init(
    id: UInt32, name: String, entity: EntityKind, family: SourceFamily, features: [FeatureDefinition]
  ) {
    self.id = id
    self.name = name
    self.entity = entity
    self.family = family
    self.features = features
  }

  /// Position of a feature by its permanent id.
  package func index(of id: UInt32) -> Int? { features.firstIndex { $0.id == id } }

  /// Every schema that this version knows.
  package static let all: [FeatureSchema] = [.hostAtHost, .userAtHost, .userAtEHR, .deviceAtWire, .hostAtWire]

  /// The schema with a permanent id.
  package static func withID(_ id: UInt32) -> FeatureSchema? { all.first { $0.id == id } }
}
