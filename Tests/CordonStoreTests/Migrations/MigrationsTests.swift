import CordonStore
import CordonTestSupport
import GRDB
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
      #expect(names == ["0001-telemetry", "0002-fleet", "0003-cases", "0004-ledger"])
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
