import CordonCore
import CordonStore
import CordonTestSupport
import GRDB
import Synchronization
import Testing

@Suite("Migrations are frozen")
struct MigrationsTests {
  /// A name that changes breaks every database that exists: add a migration instead, and its name here.
  @Test func namesNeverChange() async throws {
    try await withTemporaryFolder { folder in
      let path = "\(folder)/store.sqlite"
      try CollectorStore(path: path).close()
      let queue = try DatabaseQueue(path: path)
      let names = try await queue.read { db in
        try String.fetchAll(db, sql: "SELECT identifier FROM grdb_migrations ORDER BY 1")
      }
      try queue.close()
      #expect(
        names == [
          "0001-telemetry", "0002-fleet", "0003-cases", "0004-ledger", "0005-scores", "0006-trust", "0007-learning",
          "0008-rarity", "0009-sample", "0010-unseals",
        ])
    }
  }

  /// A day table from before windows had scores keeps its rows, and takes new ones.
  @Test func dayTablesFromBeforeGetScores() async throws {
    try await withTemporaryFolder { folder in
      let path = "\(folder)/store.sqlite"
      var scored = Samples.window()
      scored.scores = WindowScores(model: 0xFEDC_BA98_7654_3210, values: [1.5, -2, 0.25])
      let bare = Samples.window(value: 2)
      var store = try CollectorStore(path: path)
      try await store.commit([Samples.batch(1, [.window(bare)])], at: Samples.now)
      try store.close()
      let queue = try DatabaseQueue(path: path)
      try await queue.write { db in
        let table = try #require(
          try String.fetchOne(db, sql: "SELECT name FROM sqlite_schema WHERE name GLOB 'windows_*' AND type = 'table'"))
        try db.execute(
          sql: """
            ALTER TABLE \(table) DROP COLUMN scores; ALTER TABLE \(table) DROP COLUMN shadow_scores;
            DELETE FROM grdb_migrations WHERE identifier = '0005-scores'
            """)
      }
      try queue.close()
      store = try CollectorStore(path: path)
      try await store.commit([Samples.batch(1, after: 1, [.window(scored)])], at: Samples.now)
      let windows = Mutex<[EntityWindow]>([])
      try await store.forEachWindow(receivedSince: .epoch) { stored in
        windows.withLock { $0.append(stored.window) }
        return true
      }
      #expect(windows.withLock { $0 } == [bare, scored])
      try store.close()
    }
  }

  @Test func openingAgainChangesNothing() async throws {
    try await withTemporaryFolder { folder in
      let path = "\(folder)/store.sqlite"
      for _ in 0..<2 { try CollectorStore(path: path).close() }
      let store = try CollectorStore(path: path)
      #expect(try await store.check().isEmpty)
      try store.close()
    }
  }
}
