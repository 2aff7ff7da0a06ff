package import CordonCore
import Foundation
import GRDB

/// What a collector has stored and has open, for its status page.
package struct StoreTotals: Hashable, Sendable {
  package var agentsEnrolled: UInt64
  package var agentsConnected: UInt64
  package var windows: UInt64
  package var detections: UInt64
  package var outcomes: UInt64
  package var gaps: UInt64
  package var incidentsOpen: UInt64
  package var ledgerSize: UInt64
  /// Of the database with its write-ahead log.
  package var bytes: UInt64
}

extension CollectorStore {
  /// A value of this site by its name; nil where none was set.
  package func meta(_ key: String) async throws(CordonError) -> [UInt8]? {
    try await read { db in
      try Data.fetchOne(db, sql: "SELECT value FROM meta WHERE key = ?", arguments: [key]).map { [UInt8]($0) }
    }
  }

  package func setMeta(
    _ key: String, _ value: [UInt8], at now: Timestamp, _ consequences: Consequences = .none
  ) async throws(CordonError) {
    try await write { db in
      try db.execute(
        sql: "INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        arguments: [key, Data(value)])
      try consequences.write(db, at: now)
    }
  }

  /// Cheap: counts are kept, not taken.
  package func totals() async throws(CordonError) -> StoreTotals {
    let bytes = sizeOnDisk
    return try await read { db in
      let kept = try Totals.all(db)
      func count(_ sql: String) throws -> UInt64 { UInt64(clamping: try Int64.fetchOne(db, sql: sql) ?? 0) }
      return StoreTotals(
        agentsEnrolled: try count("SELECT COUNT(*) FROM agents WHERE state <> 'revoked'"),
        agentsConnected: try count("SELECT COUNT(*) FROM sessions"),
        windows: UInt64(clamping: kept[Totals.windows] ?? 0),
        detections: UInt64(clamping: kept[Totals.detections] ?? 0),
        outcomes: UInt64(clamping: kept[Totals.outcomes] ?? 0), gaps: UInt64(clamping: kept[Totals.gaps] ?? 0),
        incidentsOpen: try count("SELECT COUNT(*) FROM incidents WHERE state <> 'closed'"),
        ledgerSize: try count("SELECT size FROM ledger_tree"), bytes: bytes)
    }
  }

  /// Bytes of the database and its write-ahead log.
  package var sizeOnDisk: UInt64 {
    ["", "-wal"].reduce(0) { total, suffix in
      let attributes = try? FileManager.default.attributesOfItem(atPath: path + suffix)
      return total + ((attributes?[.size] as? NSNumber)?.uint64Value ?? 0)
    }
  }
}
