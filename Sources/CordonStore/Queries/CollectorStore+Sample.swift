package import CordonCore
import Foundation
import GRDB

extension CollectorStore {
  /// Takes windows that came since into the sample that models are trained from; written behind, as hours are.
  ///
  /// Each window is looked at exactly once, whatever happens between, so that training itself need not read them all.
  ///
  /// - Returns: how many windows were looked at; 0 where there is nothing left.
  @discardableResult
  package func sampleWindows(
    _ sampling: WindowSampling, most: Int = CollectorStore.mostFolded
  ) async throws(CordonError) -> Int {
    try await write { db in
      for row in try Row.fetchAll(db, sql: "SELECT day, sampled FROM days ORDER BY day") {
        let table = DayTable(day: try row.value("day"))
        let rows = try Row.fetchCursor(
          db, sql: "SELECT rowid, entity, schema, skewed FROM \(table.name) WHERE rowid > ? ORDER BY rowid LIMIT ?",
          arguments: [try row.value("sampled") as Int64, most])
        var sample = SampleTable(sampling, of: table)
        var last: Int64?
        var count = 0
        while let window = try rows.next() {
          try sample.add(window)
          last = window["rowid"]
          count += 1
        }
        guard let last else { continue }
        try sample.write(db)
        try db.execute(sql: "UPDATE days SET sampled = ? WHERE day = ?", arguments: [last, table.day])
        return count
      }
      return 0
    }
  }

  /// The sampled windows of a schema that were received on or after a time, in the order in which they came.
  ///
  /// Reads these rows and no others.
  ///
  /// - Parameter body: called once a window; return false to stop.
  package func forEachSampledWindow(
    schema: UInt32, receivedSince: Timestamp, _ body: @Sendable @escaping (StoredWindow) throws -> Bool
  ) async throws(CordonError) {
    try await read { db in
      for table in try DayTable.all(db) where table.day >= DayTable(at: receivedSince).day {
        // A cross join keeps its order: from the sample to the windows, never the other way.
        let rows = try Row.fetchCursor(
          db,
          sql: """
            SELECT windows.*, lanes.agent, lanes.epoch FROM sampled_windows AS sampled
            CROSS JOIN \(table.name) AS windows ON windows.rowid = sampled.place
            JOIN lanes ON lanes.ref = windows.lane
            WHERE sampled.day = ? AND sampled.schema = ? AND received_ms >= ? ORDER BY sampled.place
            """, arguments: [table.day, Int64(schema), receivedSince.milliseconds])
        while let row = try rows.next() {
          guard try body(WindowTable.read(row)) else { return }
        }
      }
    }
  }

  /// The entities of a schema's sample, the least priority first.
  package func sampledEntities(schema: UInt32) async throws(CordonError) -> [SampledEntity] {
    try await read { db in
      try Row.fetchAll(
        db, sql: "SELECT priority, windows FROM sampled_entities WHERE schema = ? ORDER BY priority",
        arguments: [Int64(schema)]
      ).map { SampledEntity(priority: try $0.unsigned("priority"), windows: try $0.value("windows")) }
    }
  }

  /// Sketches of the distinct entities of a schema, one a day of receipt, as `WindowSampling.counting` made them.
  package func entityCounts(schema: UInt32, receivedSince: Timestamp) async throws(CordonError) -> [[UInt8]] {
    try await read { db in
      try Row.fetchAll(
        db, sql: "SELECT sketch FROM entity_counts WHERE schema = ? AND day >= ? ORDER BY day",
        arguments: [Int64(schema), DayTable(at: receivedSince).day]
      ).map { try $0.bytes("sketch") }
    }
  }
}
