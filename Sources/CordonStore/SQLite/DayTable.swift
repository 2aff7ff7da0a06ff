import CordonCore
import GRDB

/// The table of windows that came on one day (UTC) of receipt; retention drops it whole.
///
/// Rows are only appended: no index is kept but one over partial windows, whose key begins with the window's start and
/// so grows at its end. The day is that of receipt, so that no agent's clock can make tables.
struct DayTable: Hashable {
  /// Days since 1970-01-01.
  let day: Int64

  static let dayMilliseconds: Int64 = 86_400_000

  init(day: Int64) { self.day = day }

  init(at time: Timestamp) {
    self.day =
      (time.milliseconds - (time.milliseconds % Self.dayMilliseconds + Self.dayMilliseconds)
        % Self.dayMilliseconds)
      / Self.dayMilliseconds
  }

  var name: String { day < 0 ? "windows_before" : "windows_\(day)" }

  /// Makes the table where it is missing.
  func create(_ db: Database) throws {
    try db.execute(sql: "INSERT INTO days (day) VALUES (?) ON CONFLICT DO NOTHING", arguments: [day])
    guard db.changesCount > 0 else { return }
    try db.execute(
      sql: """
        CREATE TABLE IF NOT EXISTS \(name) (
          lane INTEGER NOT NULL,
          sequence INTEGER NOT NULL,
          received_ms INTEGER NOT NULL,
          entity BLOB NOT NULL,
          schema INTEGER NOT NULL,
          start_ms INTEGER NOT NULL,
          length_ms INTEGER NOT NULL,
          observations INTEGER NOT NULL,
          partial INTEGER NOT NULL,
          early INTEGER NOT NULL,
          skewed INTEGER NOT NULL,
          lag_ms INTEGER NOT NULL,
          late INTEGER NOT NULL,
          part INTEGER NOT NULL,
          features BLOB NOT NULL,
          sketches BLOB,
          scores BLOB,
          shadow_scores BLOB
        ) STRICT;
        CREATE INDEX IF NOT EXISTS parts_\(name) ON \(name) (start_ms, schema, entity) WHERE partial = 1;
        """)
  }

  func drop(_ db: Database) throws {
    try db.execute(sql: "DROP TABLE IF EXISTS \(name)")
    try db.execute(sql: "DELETE FROM days WHERE day = ?", arguments: [day])
  }

  /// Every table that exists, oldest first.
  static func all(_ db: Database) throws -> [DayTable] {
    try Int64.fetchAll(db, sql: "SELECT day FROM days ORDER BY day").map(DayTable.init(day:))
  }

  static let columns =
    "lane, sequence, received_ms, entity, schema, start_ms, length_ms, observations, partial, early, skewed, lag_ms, "
    + "late, part, features, sketches, scores, shadow_scores"

  var insertion: String { "INSERT INTO \(name) (\(Self.columns)) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)" }
}
