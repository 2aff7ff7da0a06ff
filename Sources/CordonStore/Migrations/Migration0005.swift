import GRDB

extension Migrations {
  /// Scores beside the windows of every day that is there; tables made later have the columns from the start.
  static func addScores(_ db: Database) throws {
    let tables = try String.fetchAll(
      db, sql: "SELECT name FROM sqlite_schema WHERE type = 'table' AND name GLOB 'windows_*'")
    for table in tables {
      try db.execute(
        sql: "ALTER TABLE \(table) ADD COLUMN scores BLOB; ALTER TABLE \(table) ADD COLUMN shadow_scores BLOB")
    }
  }
}
