package import CordonCore
import GRDB

/// How long a collector keeps what.
package struct RetentionSettings: Hashable, Sendable {
  /// Windows, by the day on which they came.
  package var windowDays: Int
  /// Entities' hours, by event time.
  package var hourDays: Int
  /// Envelopes that agents have answered, and lanes that agents have left.
  package var outboundDays: Int

  package init(windowDays: Int = 30, hourDays: Int = 400, outboundDays: Int = 90) {
    self.windowDays = windowDays
    self.hourDays = hourDays
    self.outboundDays = outboundDays
  }
}

/// What a retention run removed.
package struct RetentionReport: Hashable, Sendable {
  package var days = 0
  package var windows: UInt64 = 0
  package var hours: UInt64 = 0
  package var outbound: UInt64 = 0
  package var lanes: UInt64 = 0

  package init() {}
}

extension CollectorStore {
  /// Removes what is older than the site keeps; windows are merged into hours before their day goes.
  ///
  /// Detections, incidents, commands and the ledger stay. The file does not shrink: the space is used again.
  package func applyRetention(
    _ settings: RetentionSettings, at now: Timestamp
  ) async throws(CordonError) -> RetentionReport {
    while try await foldHours() > 0 {}
    return try await write { db in
      var report = RetentionReport()
      let today = DayTable(at: now).day
      for table in try DayTable.all(db) where table.day < today - Int64(max(1, settings.windowDays)) {
        guard try Self.isFolded(db, table) else { continue }
        report.windows += UInt64(clamping: try Int64.fetchOne(db, sql: "SELECT COUNT(*) FROM \(table.name)") ?? 0)
        try table.drop(db)
        report.days += 1
      }
      if report.days > 0 { try SampleTable.forgetDroppedDays(db) }
      // An hour far ahead comes of a clock that ran ahead; it would stay for ever otherwise.
      let hour = HourFolder.hour(of: now)
      try db.execute(
        sql: "DELETE FROM hours WHERE hour < ? OR hour > ?",
        arguments: [hour - Int64(max(1, settings.hourDays)) * 24, hour + 48])
      report.hours = UInt64(db.changesCount)
      let left = now.milliseconds - Int64(max(1, settings.outboundDays)) * DayTable.dayMilliseconds
      try db.execute(
        sql: "DELETE FROM outbound WHERE state IN ('answered', 'superseded') AND created_ms < ?", arguments: [left])
      report.outbound = UInt64(db.changesCount)
      report.lanes = try Self.dropLeftLanes(
        db, before: min(left, now.milliseconds - Int64(max(1, settings.windowDays) + 1) * DayTable.dayMilliseconds))
      return report
    }
  }

  private static func isFolded(_ db: Database, _ table: DayTable) throws -> Bool {
    let last = try Int64.fetchOne(db, sql: "SELECT MAX(rowid) FROM \(table.name)") ?? 0
    return try Int64.fetchOne(db, sql: "SELECT folded FROM days WHERE day = ?", arguments: [table.day]) ?? 0 >= last
  }

  /// Lanes of epochs that their agent left long ago and that nothing kept refers to.
  private static func dropLeftLanes(_ db: Database, before limit: Int64) throws -> UInt64 {
    try db.execute(
      sql: """
        DELETE FROM lanes WHERE updated_ms < ?
          AND EXISTS (SELECT 1 FROM lanes AS newer WHERE newer.agent = lanes.agent AND newer.lane = lanes.lane
            AND newer.epoch <> lanes.epoch AND newer.updated_ms > lanes.updated_ms)
          AND NOT EXISTS (SELECT 1 FROM gaps WHERE gaps.lane = lanes.ref)
          AND NOT EXISTS (SELECT 1 FROM outcomes WHERE outcomes.lane = lanes.ref)
          AND NOT EXISTS (SELECT 1 FROM detections WHERE detections.lane = lanes.ref)
        """, arguments: [limit])
    return UInt64(db.changesCount)
  }
}
