/// The greatest score of one entity at one scale on one day of the site, by one model.
package struct DailyScore: Hashable, Sendable {
  package var entity: EntityRef
  /// Permanent id of its feature schema.
  package var schema: UInt32
  /// First 8 bytes of the SHA-256 of the model's bundle; 0: the baseline alone.
  package var model: UInt64
  /// The scale's permanent number, from 1, the shortest first.
  package var scale: UInt8
  /// Days since 1970-01-01 in the site's time.
  package var day: Int32
  package var score: Double

  package init(entity: EntityRef, schema: UInt32, model: UInt64, scale: UInt8, day: Int32, score: Double) {
    self.entity = entity
    self.schema = schema
    self.model = model
    self.scale = scale
    self.day = day
    self.score = score
  }
}
