import CordonCore
import Foundation
import GRDB

/// Rows of the day tables, joined with their lane.
enum WindowTable {
  static func read(_ row: Row) throws -> StoredWindow {
    let key = RecordKey(
      agent: try row.agent("agent", of: "lanes"), epoch: SpoolEpoch(stored: try row.value("epoch")), lane: .window,
      sequence: try row.unsigned("sequence"))
    return StoredWindow(key: key, receivedAt: try row.time("received_ms"), window: try window(row))
  }

  /// As wide as the schema is now: the row may be of an earlier version.
  private static func features(_ row: Row) throws -> [Float] {
    let values = try PackedFloats.decode(try row.value("features"))
    return FeatureSchema.withID(try row.unsigned32("schema"))?.widened(values) ?? values
  }

  static func window(_ row: Row) throws -> EntityWindow {
    EntityWindow(
      entity: try EntityKey.decode(try row.bytes("entity")), schema: try row.unsigned32("schema"),
      start: try row.time("start_ms"),
      length: try row.unsigned32("length_ms"), observations: try row.unsigned32("observations"),
      features: try features(row),
      sketches: try PackedSketches.decode(try row.bytesIfAny("sketches") ?? []), isPartial: try row.value("partial"),
      isEarly: try row.value("early"), isSkewed: try row.value("skewed"), lag: try row.unsigned32("lag_ms"),
      late: try row.unsigned32("late"),
      part: try row.unsigned32("part"), scores: try PackedScores.decode(try row.valueIfAny("scores")),
      shadowScores: try PackedScores.decode(try row.valueIfAny("shadow_scores")))
  }
}
