package import CordonCore
import Foundation
import GRDB

extension CollectorStore {
  /// Entities that the collector watches itself, at most; those whose windows are oldest are forgotten first.
  package static let mostWatches = 100_000

  /// Takes up windows that came since: users' partial ones are noted for scoring, agents' scores become daily maxima.
  ///
  /// - Parameter day: the site's day that holds a moment.
  /// - Returns: how many windows were taken up; 0 where there is nothing left.
  @discardableResult
  package func noteWindows(
    most: Int = CollectorStore.mostFolded, at now: Timestamp, day: @Sendable @escaping (Timestamp) -> Int32
  ) async throws(CordonError) -> Int {
    try await write { db in
      for row in try Row.fetchAll(db, sql: "SELECT day, noted FROM days ORDER BY day") {
        let table = DayTable(day: try row.value("day"))
        let windows = try Row.fetchAll(
          db,
          sql: """
            SELECT rowid, entity, schema, start_ms, partial, scores, shadow_scores FROM \(table.name)
            WHERE rowid > ? ORDER BY rowid LIMIT ?
            """, arguments: [try row.value("noted") as Int64, most])
        guard let last = windows.last else { continue }
        for window in windows { try ScoreTable.note(window, db, at: now, day: day) }
        try db.execute(sql: "UPDATE days SET noted = ? WHERE day = ?", arguments: [last["rowid"] as Int64, table.day])
        return windows.count
      }
      return 0
    }
  }

  /// Users' windows of a schema that nobody has scored, whose first part came before a moment; by start and entity.
  package func unscoredWindows(
    schema: UInt32, notedBefore: Timestamp, most: Int
  ) async throws(CordonError) -> [(entity: EntityRef, start: Timestamp)] {
    try await read { db in
      try Row.fetchAll(
        db,
        sql: """
          SELECT start_ms, entity FROM user_windows WHERE scores IS NULL AND noted_ms < ? AND schema = ?
          ORDER BY start_ms, entity LIMIT ?
          """, arguments: [notedBefore.milliseconds, Int64(schema), most]
      ).map { row in (try EntityKey.decode(try row.bytes("entity")), try row.time("start_ms")) }
    }
  }

  /// What is kept of an entity; nil where nothing is.
  package func watch(of entity: EntityRef, schema: UInt32) async throws(CordonError) -> WatchRecord? {
    try await read { db in
      try Row.fetchOne(
        db, sql: "SELECT team, state FROM watches WHERE entity = ? AND schema = ?",
        arguments: [Data(EntityKey.encode(entity)), Int64(schema)]
      ).map { WatchRecord(entity: entity, schema: schema, group: try $0.value("team"), state: try $0.bytes("state")) }
    }
  }

  /// How many entities of a schema are watched, by group.
  package func watchedEntities(schema: UInt32) async throws(CordonError) -> [String: Int] {
    try await read { db in
      let rows = try Row.fetchAll(
        db, sql: "SELECT team, COUNT(*) AS entities FROM watches WHERE schema = ? GROUP BY team",
        arguments: [Int64(schema)])
      return Dictionary(
        try rows.map { (try $0.value("team") as String, try $0.value("entities") as Int) }, uniquingKeysWith: +)
    }
  }

  /// Whether any entity of a schema is watched; looks at one.
  package func scoresAny(schema: UInt32) async throws(CordonError) -> Bool {
    try await read { db in
      try Bool.fetchOne(
        db,
        sql: """
          SELECT EXISTS (SELECT 1 FROM watches WHERE schema = :schema)
            OR EXISTS (
              SELECT 1 FROM daily_maxima WHERE day >= (SELECT MAX(day) - 1 FROM daily_maxima) AND schema = :schema)
          """, arguments: ["schema": Int64(schema)]) ?? false
    }
  }

  /// The group of every entity of a schema that is watched.
  package func watchedGroups(schema: UInt32) async throws(CordonError) -> [EntityRef: String] {
    try await read { db in
      let rows = try Row.fetchAll(
        db, sql: "SELECT entity, team FROM watches WHERE schema = ?", arguments: [Int64(schema)])
      return Dictionary(
        try rows.map { (try EntityKey.decode(try $0.bytes("entity")), try $0.value("team") as String) },
        uniquingKeysWith: { $1 })
    }
  }

  /// What is usual for a peer group, as learning wrote it; nil before the first time.
  package func peerGroup(_ group: String, schema: UInt32) async throws(CordonError) -> [UInt8]? {
    try await read { db in
      try Data.fetchOne(
        db, sql: "SELECT state FROM peer_groups WHERE schema = ? AND team = ?", arguments: [Int64(schema), group]
      ).map { [UInt8]($0) }
    }
  }

  /// What follows from scoring some windows, in one transaction: nothing is scored twice, no alert is lost.
  ///
  /// A window that was scored meanwhile stays as it is. Throws `detection-exists`.
  package func recordScores(_ step: ScoringStep, at now: Timestamp) async throws(CordonError) {
    try await write { db in try step.write(db, at: now) }
  }

  /// Daily maxima of a schema by one model, from a day on, the newest first.
  package func dailyScores(
    schema: UInt32, model: UInt64, from day: Int32, most: Int = 1_000_000
  ) async throws(CordonError) -> [DailyScore] {
    try await read { db in
      try Row.fetchAll(
        db,
        sql: """
          SELECT * FROM daily_maxima WHERE day >= ? AND schema = ? AND model = ? ORDER BY day DESC, scale, entity LIMIT ?
          """, arguments: [day, Int64(schema), Int64(bitPattern: model), most]
      ).map(ScoreTable.maximum)
    }
  }

  /// Forgets scored windows and maxima of days long past, and the watches beyond `mostWatches`.
  package func forgetScores(before day: Int32) async throws(CordonError) {
    try await write { db in
      try db.execute(
        sql: "DELETE FROM user_windows WHERE start_ms < ?", arguments: [Int64(day) * DayTable.dayMilliseconds])
      try db.execute(sql: "DELETE FROM daily_maxima WHERE day < ?", arguments: [day])
      try db.execute(
        sql: """
          DELETE FROM watches WHERE (entity, schema) IN
            (SELECT entity, schema FROM watches ORDER BY updated_ms DESC LIMIT -1 OFFSET ?)
          """, arguments: [Self.mostWatches])
    }
  }
}
