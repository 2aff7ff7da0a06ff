import GRDB

/// Counts that would be too dear to take anew.
enum Totals {
  static let windows = "windows"
  static let detections = "detections"
  static let outcomes = "outcomes"
  static let gaps = "gaps"

  static func add(_ db: Database, _ name: String, _ count: Int64) throws {
    try db.cachedStatement(
      sql: "INSERT INTO totals (name, count) VALUES (?, ?) ON CONFLICT DO UPDATE SET count = count + excluded.count"
    ).execute(arguments: [name, count])
  }

  static func all(_ db: Database) throws -> [String: Int64] {
    var totals: [String: Int64] = [:]
    for row in try Row.fetchAll(db, sql: "SELECT name, count FROM totals") {
      totals[try row.value("name")] = try row.value("count")
    }
    return totals
  }
}
