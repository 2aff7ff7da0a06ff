import CordonCore
import Foundation
import GRDB

/// Rows of the day tables, joined with their lane.
enum WindowTable {
  static func read(_ row: Row) throws -> StoredWindow {
    let key = RecordKey(
      agent: try row.agent("agent", of: "lanes"), epoch: SpoolEpoch(stored: row["epoch"]), lane: .window,
      sequence: row.unsigned("sequence"))
    return StoredWindow(key: key, receivedAt: row.time("received_ms"), window: try window(row))
  }

  static func window(_ row: Row) throws -> EntityWindow {
    EntityWindow(
      entity: try EntityKey.decode(row.bytes("entity")), schema: row.unsigned32("schema"), start: row.time("start_ms"),
      length: row.unsigned32("length_ms"), observations: row.unsigned32("observations"),
      features: try PackedFloats.decode(row["features"]),
      sketches: try PackedSketches.decode(row.bytesIfAny("sketches") ?? []), isPartial: row["partial"],
      isEarly: row["early"], isSkewed: row["skewed"], lag: row.unsigned32("lag_ms"), late: row.unsigned32("late"),
      part: row.unsigned32("part"), scores: try PackedScores.decode(row["scores"]),
      shadowScores: try PackedScores.decode(row["shadow_scores"]))
  }
}
