package import CordonCore
import Foundation
import GRDB

extension CollectorStore {
  /// The parts of one entity's window that agents have sent, in the order in which they came.
  ///
  /// Looks at every day from the window's own on, for a part may come days late.
  package func parts(
    of entity: EntityRef, start: Timestamp, schema: UInt32, most: Int = 1_000
  ) async throws(CordonError) -> [StoredWindow] {
    try await read { db in
      let key = Data(EntityKey.encode(entity))
      var parts: [StoredWindow] = []
      for table in try Self.tables(db, from: start) where parts.count < most {
        parts += try Row.fetchAll(
          db,
          sql: """
            SELECT windows.*, lanes.agent, lanes.epoch FROM \(table.name) AS windows
            JOIN lanes ON lanes.ref = windows.lane
            WHERE partial = 1 AND start_ms = ? AND schema = ? AND entity = ? ORDER BY windows.rowid LIMIT ?
            """, arguments: [start.milliseconds, Int64(schema), key, most - parts.count]
        ).map(WindowTable.read)
      }
      return parts
    }
  }

  /// Which entities have partial windows of a schema that begin in a span of event time; each once.
  package func partialWindows(
    schema: UInt32, from: Timestamp, to: Timestamp, most: Int = 10_000
  ) async throws(CordonError) -> [(entity: EntityRef, start: Timestamp)] {
    try await read { db in
      let union = try Self.tables(db, from: from).map { table in
        "SELECT start_ms, entity FROM \(table.name) WHERE partial = 1 AND start_ms >= ?1 AND start_ms < ?2 AND schema = ?3"
      }
      guard !union.isEmpty else { return [] }
      // One table has no union that would take repetitions out: an entity with many parts would be named again.
      let named = union.joined(separator: " UNION ALL ")
      return try Row.fetchAll(
        db, sql: "SELECT DISTINCT start_ms, entity FROM (\(named)) ORDER BY start_ms, entity LIMIT ?4",
        arguments: [from.milliseconds, to.milliseconds, Int64(schema), most]
      ).map { row in (try EntityKey.decode(try row.bytes("entity")), try row.time("start_ms")) }
    }
  }

  /// Windows received on or after a time, in the order in which they came: what a trainer or an export reads.
  ///
  /// - Parameter body: called once a window; return false to stop.
  package func forEachWindow(
    receivedSince: Timestamp, _ body: @Sendable @escaping (StoredWindow) throws -> Bool
  ) async throws(CordonError) {
    try await read { db in
      for table in try DayTable.all(db) where table.day >= DayTable(at: receivedSince).day {
        let rows = try Row.fetchCursor(
          db,
          sql: """
            SELECT windows.*, lanes.agent, lanes.epoch FROM \(table.name) AS windows
            JOIN lanes ON lanes.ref = windows.lane WHERE received_ms >= ? ORDER BY windows.rowid
            """, arguments: [receivedSince.milliseconds])
        while let row = try rows.next() {
          guard try body(WindowTable.read(row)) else { return }
        }
      }
    }
  }

  /// Tables that may hold windows that begin at or after a time; one day more for clocks that run ahead.
  private static func tables(_ db: Database, from start: Timestamp) throws -> [DayTable] {
    let first = DayTable(at: start).day - 1
    return try DayTable.all(db).filter { $0.day >= first }
  }
}
