import CordonCore
import Foundation
import GRDB

/// Rows of `user_windows`, `watches` and `daily_maxima`.
enum ScoreTable {
  /// Takes up one row of a day table.
  static func note(
    _ row: Row, _ db: Database, at now: Timestamp, day: (Timestamp) -> Int32
  ) throws {
    let entity: Data = try row.value("entity")
    if try row.value("partial") as Bool {
      try db.cachedStatement(
        sql: """
          INSERT INTO user_windows (start_ms, schema, entity, noted_ms) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING
          """
      ).execute(arguments: [
        try row.value("start_ms") as Int64, try row.value("schema") as Int64, entity, now.milliseconds,
      ])
      return
    }
    for column in ["scores", "shadow_scores"] {
      guard let scores = try PackedScores.decode(try row.valueIfAny(column)) else { continue }
      for (index, score) in scores.values.prefix(WindowScores.scaleLimit).enumerated() {
        try raise(
          db, day: day(try row.time("start_ms")), schema: try row.value("schema"), model: scores.model,
          scale: UInt8(index + 1),
          entity: entity, score: Double(score))
      }
    }
  }

  static func raise(_ maximum: DailyScore, _ db: Database) throws {
    try raise(
      db, day: maximum.day, schema: Int64(maximum.schema), model: maximum.model, scale: maximum.scale,
      entity: Data(EntityKey.encode(maximum.entity)), score: maximum.score)
  }

  private static func raise(
    _ db: Database, day: Int32, schema: Int64, model: UInt64, scale: UInt8, entity: Data, score: Double
  ) throws {
    try db.cachedStatement(
      sql: """
        INSERT INTO daily_maxima (day, schema, model, scale, entity, score) VALUES (?, ?, ?, ?, ?, ?)
        ON CONFLICT DO UPDATE SET score = MAX(score, excluded.score)
        """
    ).execute(arguments: [day, schema, Int64(bitPattern: model), scale, entity, score])
  }

  static func setScores(_ window: ScoredWindow, _ db: Database) throws {
    try db.cachedStatement(
      sql: """
        UPDATE user_windows SET scores = ? WHERE start_ms = ? AND schema = ? AND entity = ? AND scores IS NULL
        """
    ).execute(arguments: [
      PackedScores.encode(window.scores), window.start.milliseconds, Int64(window.schema),
      Data(EntityKey.encode(window.entity)),
    ])
  }

  static func keep(_ watch: WatchRecord, _ db: Database, at now: Timestamp) throws {
    try db.cachedStatement(
      sql: "INSERT OR REPLACE INTO watches (entity, schema, team, state, updated_ms) VALUES (?, ?, ?, ?, ?)"
    ).execute(arguments: [
      Data(EntityKey.encode(watch.entity)), Int64(watch.schema), watch.group, Data(watch.state), now.milliseconds,
    ])
  }

  static func maximum(_ row: Row) throws -> DailyScore {
    DailyScore(
      entity: try EntityKey.decode(try row.bytes("entity")), schema: try row.unsigned32("schema"),
      model: UInt64(bitPattern: try row.value("model")), scale: UInt8(clamping: try row.value("scale") as Int64),
      day: try row.value("day"),
      score: try row.value("score"))
  }
}
