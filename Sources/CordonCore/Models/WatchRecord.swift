/// What the collector keeps of an entity that it scores itself: its peer group, and a state that learning writes and reads.
package struct WatchRecord: Hashable, Sendable {
  package var entity: EntityRef
  /// Permanent id of its feature schema.
  package var schema: UInt32
  /// Group of the agents that see it.
  package var group: String
  package var state: [UInt8]

  package init(entity: EntityRef, schema: UInt32, group: String, state: [UInt8]) {
    self.entity = entity
    self.schema = schema
    self.group = group
    self.state = state
  }
}

/// A window that the collector scored, so that it is never scored again.
package struct ScoredWindow: Hashable, Sendable {
  package var entity: EntityRef
  package var schema: UInt32
  package var start: Timestamp
  package var scores: WindowScores

  package init(entity: EntityRef, schema: UInt32, start: Timestamp, scores: WindowScores) {
    self.entity = entity
    self.schema = schema
    self.start = start
    self.scores = scores
  }
}
