import CordonAgent
import CordonCore
import CordonTestSupport
import Glibc
import Testing

@Suite struct SQLiteDatabaseTests {
  @Test func storesAndGivesBackEveryKindOfValue() throws {
    try withTemporaryFolder { folder in
      let database = try SQLiteDatabase(path: "\(folder)/a")
      try database.execute("CREATE TABLE t (i INTEGER, s TEXT, b BLOB, n INTEGER)")
      try database.run("INSERT INTO t VALUES (?, ?, ?, ?)", [.integer(.min), .text("größer"), .blob([]), .null])
      try database.run("INSERT INTO t VALUES (?, ?, ?, ?)", [.integer(1), .text(""), .blob([0, 255]), .integer(7)])
      var seen: [[UInt8]] = []
      try database.rows("SELECT b, i FROM t ORDER BY i", []) { row in seen.append(row.blob(0)) }
      #expect(seen == [[], [0, 255]])
      #expect(try database.integer("SELECT i FROM t WHERE n IS NULL") == .min)
      #expect(try database.integer("SELECT n FROM t WHERE i = ?", [.integer(9)]) == 0)
    }
  }

  @Test func isReadableByItsOwnerAlone() throws {
    try withTemporaryFolder { folder in
      let database = try SQLiteDatabase(path: "\(folder)/a")
      try database.execute("CREATE TABLE t (i)")
      for name in ["a", "a-wal", "a-shm"] {
        var status = stat()
        #expect(stat("\(folder)/\(name)", &status) == 0)
        #expect(status.st_mode & 0o777 == 0o600, "\(name)")
      }
    }
  }

  @Test func followsNoSymbolicLink() throws {
    try withTemporaryFolder { folder in
      symlink("\(folder)/elsewhere", "\(folder)/a")
      expectRefusal("sqlite-io") { _ = try SQLiteDatabase(path: "\(folder)/a") }
    }
  }

  @Test func anErrorUndoesTheWholeTransaction() throws {
    try withTemporaryFolder { folder in
      let database = try SQLiteDatabase(path: "\(folder)/a")
      try database.execute("CREATE TABLE t (i INTEGER PRIMARY KEY)")
      expectRefusal("sqlite-failed") {
        try database.transaction { () throws(CordonError) in
          try database.run("INSERT INTO t VALUES (1)")
          try database.run("INSERT INTO t VALUES (1)")
        }
      }
      #expect(try database.integer("SELECT count(*) FROM t") == 0)
      try database.transaction { () throws(CordonError) in try database.run("INSERT INTO t VALUES (1)") }
      #expect(try database.integer("SELECT count(*) FROM t") == 1)
    }
  }

  @Test func worksAgainOnceAFullDiskHasRoom() throws {
    try withTemporaryFolder { folder in
      let database = try SQLiteDatabase(path: "\(folder)/a", mostBytes: 100_000)
      try database.execute("CREATE TABLE t (b BLOB)")
      let large = SQLiteValue.blob([UInt8](repeating: 7, count: 10_000))
      func insert() throws {
        try database.transaction { () throws(CordonError) in try database.run("INSERT INTO t VALUES (?)", [large]) }
      }
      var stored: Int64 = 0
      expectRefusal("sqlite-full") {
        while stored < 100 {
          try insert()
          stored += 1
        }
      }
      #expect(try database.integer("SELECT count(*) FROM t") == stored)
      try database.run("DELETE FROM t WHERE rowid = 1")
      try insert()
      #expect(try database.integer("SELECT count(*) FROM t") == stored)
    }
  }

  @Test func aFileThatIsNoDatabaseIsNamedDamaged() throws {
    try withTemporaryFolder { folder in
      try Files.write([UInt8](repeating: 0x41, count: 8192), to: "\(folder)/a")
      expectRefusal("sqlite-damaged") { _ = try SQLiteDatabase(path: "\(folder)/a") }
    }
  }

  @Test func refusesToBeUsedOnceClosed() throws {
    try withTemporaryFolder { folder in
      let database = try SQLiteDatabase(path: "\(folder)/a")
      database.close()
      expectRefusal("sqlite-failed") { try database.execute("CREATE TABLE t (i)") }
      expectRefusal("sqlite-failed") { _ = try database.integer("SELECT 1") }
    }
  }
}

/// Whole files, for tests.
enum Files {
  struct Failure: Error { var path: String }

  static func write(_ bytes: [UInt8], to path: String) throws {
    guard let file = fopen(path, "wb") else { throw Failure(path: path) }
    defer { fclose(file) }
    guard fwrite(bytes, 1, bytes.count, file) == bytes.count else { throw Failure(path: path) }
  }

  static func read(_ path: String) throws -> [UInt8] {
    guard let file = fopen(path, "rb") else { throw Failure(path: path) }
    defer { fclose(file) }
    fseek(file, 0, SEEK_END)
    var bytes = [UInt8](repeating: 0, count: ftell(file))
    rewind(file)
    guard fread(&bytes, 1, bytes.count, file) == bytes.count else { throw Failure(path: path) }
    return bytes
  }
}
