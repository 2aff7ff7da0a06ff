package import CordonCore

/// One entity's windows of one hour, merged: an entity's history at a glance.
package struct EntityHour: Hashable, Sendable {
  package var entity: EntityRef
  package var schema: UInt32
  /// When the hour begins.
  package var start: Timestamp
  package var windows: UInt64
  package var observations: UInt64
  /// Merged by each feature's rule; a distinct count is the largest of its windows', and so a lower bound.
  ///
  /// Empty where the schema is not known or its windows disagree about its length.
  package var features: [Float]
}
