package import CordonCore
import Foundation
import GRDB

extension CollectorStore {
  /// Rows taken up by one `foldHours`, at most: it holds the writer for some tens of milliseconds.
  package static let mostFolded = 5_000

  /// Merges windows that came since into the hours of their entities; written behind, so that ingest stays appending.
  ///
  /// Each window is taken up exactly once, whatever happens between.
  ///
  /// - Returns: how many windows were taken up; 0 where there is nothing left.
  @discardableResult
  package func foldHours(most: Int = CollectorStore.mostFolded) async throws(CordonError) -> Int {
    try await write { db in
      for row in try Row.fetchAll(db, sql: "SELECT day, folded FROM days ORDER BY day") {
        let table = DayTable(day: try row.value("day"))
        let rows = try Row.fetchCursor(
          db,
          sql: """
            SELECT rowid, entity, schema, start_ms, observations, features FROM \(table.name)
            WHERE rowid > ? ORDER BY rowid LIMIT ?
            """, arguments: [try row.value("folded") as Int64, most])
        var folder = HourFolder()
        var last: Int64?
        var count = 0
        while let window = try rows.next() {
          try folder.add(window)
          last = window["rowid"]
          count += 1
        }
        guard let last else { continue }
        try folder.write(db)
        try db.execute(sql: "UPDATE days SET folded = ? WHERE day = ?", arguments: [last, table.day])
        return count
      }
      return 0
    }
  }

  /// An entity's hours in a span of event time, oldest first.
  package func hours(
    of entity: EntityRef, schema: UInt32, from: Timestamp, to: Timestamp, most: Int = 10_000
  ) async throws(CordonError) -> [EntityHour] {
    try await read { db in
      try Row.fetchAll(
        db,
        sql: """
          SELECT * FROM hours WHERE entity = ? AND schema = ? AND hour >= ? AND hour < ? ORDER BY hour LIMIT ?
          """,
        arguments: [
          Data(EntityKey.encode(entity)), Int64(schema), HourFolder.hour(of: from), HourFolder.hour(of: to), most,
        ]
      ).map { row in
        EntityHour(
          entity: entity, schema: schema,
          start: Timestamp(milliseconds: (try row.value("hour") as Int64) &* HourFolder.hourMilliseconds),
          windows: try row.unsigned("windows"), observations: try row.unsigned("observations"),
          features: try PackedFloats.decode(try row.value("features")))
      }
    }
  }
}
