import CSQLite
package import CordonCore
import Glibc

/// One connection to an SQLite file of the agent: WAL, every commit synced, mode 0600.
///
/// For one caller at a time, on a thread that may block. Codes of its errors: `sqlite-full` (no space), `sqlite-damaged`
/// (not a database, or its pages contradict each other), `sqlite-busy`, `sqlite-io`, `sqlite-failed`.
package final class SQLiteDatabase {
  package let path: String
  private let handle: OpaquePointer
  private var statements: [String: SQLiteStatement] = [:]
  private var isClosed = false

  /// Opens or creates a file.
  ///
  /// - Parameter mostBytes: size that the file may grow to; past it a commit fails with `sqlite-full`.
  package init(path: String, mostBytes: Int? = nil) throws(CordonError) {
    self.path = path
    // Created by us, so that it is never readable by others, not even for a moment.
    let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else {
      throw CordonError(
        .inputOutput, "sqlite-io", "\(path) cannot be opened: \(String(cString: strerror(errno))).",
        remedy: "Look at the folder's owner and mode.")
    }
    Glibc.close(descriptor)
    var opened: OpaquePointer?
    let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX
    let code = sqlite3_open_v2(path, &opened, flags, nil)
    guard let opened else { throw Self.failure(code, "no memory", path) }
    handle = opened
    guard code == SQLITE_OK else {
      defer { sqlite3_close_v2(opened) }
      throw Self.failure(sqlite3_extended_errcode(opened), String(cString: sqlite3_errmsg(opened)), path)
    }
    sqlite3_extended_result_codes(opened, 1)
    sqlite3_busy_timeout(opened, Self.busyMilliseconds)
    do throws(CordonError) {
      try configure(mostBytes: mostBytes)
    } catch {
      statements = [:]
      throw error
    }
  }

  deinit { close() }

  /// Ends the connection; whatever is asked of it later fails.
  ///
  /// To be called before the file is moved: a connection that ends removes the log by its name, whosever that is by then.
  package func close() {
    guard !isClosed else { return }
    isClosed = true
    statements = [:]
    sqlite3_close_v2(handle)
  }

  /// How long another process's lock is waited for.
  private static let busyMilliseconds: Int32 = 2_000

  private func configure(mostBytes: Int?) throws(CordonError) {
    try execute("PRAGMA journal_mode = WAL")
    try execute("PRAGMA synchronous = FULL")
    try execute("PRAGMA foreign_keys = ON")
    try execute("PRAGMA cache_size = -512")
    try execute("PRAGMA journal_size_limit = 4194304")
    guard let mostBytes else { return }
    let pageSize = try integer("PRAGMA page_size")
    try execute("PRAGMA max_page_count = \(max(16, Int64(mostBytes) / max(512, pageSize)))")
  }

  /// Runs statements that give nothing back and take no parameters.
  package func execute(_ sql: String) throws(CordonError) {
    try checkOpen()
    let code = sqlite3_exec(handle, sql, nil, nil, nil)
    guard code == SQLITE_OK else { throw failure(code) }
  }

  /// The first column of the first row as a number; 0 where there is no row.
  package func integer(_ sql: String, _ values: [SQLiteValue] = []) throws(CordonError) -> Int64 {
    var number: Int64 = 0
    var isFirst = true
    try rows(sql, values) { row in
      if isFirst { number = row.integer(0) }
      isFirst = false
    }
    return number
  }

  /// Runs one statement that gives nothing back.
  package func run(_ sql: String, _ values: [SQLiteValue] = []) throws(CordonError) {
    try rows(sql, values) { _ in }
  }

  /// Runs one statement and looks at its rows, one after the other; the statement is kept for the next time.
  package func rows(
    _ sql: String, _ values: [SQLiteValue], _ body: (SQLiteStatement) throws(CordonError) -> Void
  ) throws(CordonError) {
    try checkOpen()
    let statement = try prepared(sql)
    defer { statement.reset() }
    for (index, value) in values.enumerated() { try check(statement.bind(value, at: Int32(index + 1))) }
    while true {
      let code = statement.step()
      switch code {
      case SQLITE_ROW: try body(statement)
      case SQLITE_DONE: return
      default: throw failure(code)
      }
    }
  }

  /// Runs a body as one transaction; whatever it throws undoes it.
  package func transaction(_ body: () throws(CordonError) -> Void) throws(CordonError) {
    try execute("BEGIN IMMEDIATE")
    do throws(CordonError) {
      try body()
      try execute("COMMIT")
    } catch {
      // A full disk may already have rolled it back; the first error is the one that matters.
      if sqlite3_get_autocommit(handle) == 0 { sqlite3_exec(handle, "ROLLBACK", nil, nil, nil) }
      throw error
    }
  }

  private func prepared(_ sql: String) throws(CordonError) -> SQLiteStatement {
    if let known = statements[sql] { return known }
    var made: OpaquePointer?
    try check(sqlite3_prepare_v3(handle, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &made, nil))
    guard let made else { throw CordonError(.defect, "sqlite-failed", "An empty statement was prepared.") }
    let statement = SQLiteStatement(made)
    statements[sql] = statement
    return statement
  }

  private func checkOpen() throws(CordonError) {
    if isClosed { throw CordonError(.defect, "sqlite-failed", "\(path) is used after it was closed.") }
  }

  private func check(_ code: Int32) throws(CordonError) { if code != SQLITE_OK { throw failure(code) } }

  private func failure(_ code: Int32) -> CordonError {
    Self.failure(code, String(cString: sqlite3_errmsg(handle)), path)
  }

  private static func failure(_ code: Int32, _ message: String, _ path: String) -> CordonError {
    let what = "\(path): \(message)."
    switch code & 0xFF {
    case SQLITE_FULL:
      return CordonError(.exhausted, "sqlite-full", what, remedy: "Free space on the disk that holds it.")
    case SQLITE_CORRUPT, SQLITE_NOTADB:
      return CordonError(.inputOutput, "sqlite-damaged", what, remedy: "Look at the disk; keep the file for analysis.")
    case SQLITE_BUSY, SQLITE_LOCKED:
      return CordonError(.conflict, "sqlite-busy", what, remedy: "Make sure that one agent alone runs here.")
    case SQLITE_IOERR, SQLITE_CANTOPEN, SQLITE_READONLY, SQLITE_PERM:
      return CordonError(.inputOutput, "sqlite-io", what, remedy: "Look at the disk, and at the file's owner and mode.")
    default: return CordonError(.defect, "sqlite-failed", "\(what) (code \(code))")
    }
  }
}

/// A prepared statement at one of its rows.
package final class SQLiteStatement {
  private let handle: OpaquePointer

  fileprivate init(_ handle: OpaquePointer) { self.handle = handle }

  deinit { sqlite3_finalize(handle) }

  fileprivate func bind(_ value: SQLiteValue, at index: Int32) -> Int32 {
    switch value {
    case .integer(let number): sqlite3_bind_int64(handle, index, number)
    case .text(let text): text.withCString { cordon_sqlite_bind_text(handle, index, $0, Int32(text.utf8.count)) }
    case .blob(let bytes):
      bytes.withUnsafeBytes { cordon_sqlite_bind_blob(handle, index, $0.baseAddress, UInt64($0.count)) }
    case .null: sqlite3_bind_null(handle, index)
    }
  }

  fileprivate func step() -> Int32 { sqlite3_step(handle) }

  fileprivate func reset() {
    sqlite3_reset(handle)
    sqlite3_clear_bindings(handle)
  }

  /// A column of the row, from 0; 0 where it is null or no number.
  package func integer(_ column: Int32) -> Int64 { sqlite3_column_int64(handle, column) }

  package func text(_ column: Int32) -> String {
    sqlite3_column_text(handle, column).map { String(cString: $0) } ?? ""
  }

  package func blob(_ column: Int32) -> [UInt8] {
    guard let start = sqlite3_column_blob(handle, column) else { return [] }
    return [UInt8](UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(handle, column))))
  }
}
