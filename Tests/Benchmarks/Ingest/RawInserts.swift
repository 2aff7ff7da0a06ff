import CSQLite
import CordonCore
import CordonStore
import Foundation

/// The limit that the disk and SQLite set: the same rows into the same tables and indexes through the C interface.
enum RawInserts {
  static let rowsPerTransaction = 2_000

  /// Rows a second.
  static func run(in folder: String, for duration: Duration) async throws -> Double {
    let path = "\(folder)/raw.sqlite"
    let windows = BenchRecords.windows(500, agent: 1, at: Timestamp(milliseconds: 1_767_225_600_000))
    let now = Timestamp(milliseconds: 1_767_225_600_000)
    let agent = AgentID(String(repeating: "ab", count: 16))
    guard let agent, let first = windows.first else { throw failure("sample") }
    // The store itself makes tables, indexes and the lane.
    let store = try CollectorStore(path: path)
    try await store.commit(
      [
        NumberedBatch(
          agent: agent, lane: .window, epoch: SpoolEpoch(bits: 1), after: 0, through: 1,
          records: [NumberedRecord(sequence: 1, record: .window(first))])
      ], at: now)
    let table = "windows_\(now.milliseconds / 86_400_000)"
    try store.close()
    return try insert(windows, into: table, at: path, for: duration)
  }

  private static func failure(_ what: String) -> CordonError {
    CordonError(.inputOutput, "bench-sqlite", "SQLite refused: \(what).")
  }

  private static func insert(
    _ windows: [EntityWindow], into table: String, at path: String, for duration: Duration
  ) throws -> Double {
    var database: OpaquePointer?
    guard sqlite3_open(path, &database) == SQLITE_OK, let database else { throw failure("open") }
    defer { sqlite3_close(database) }
    func execute(_ sql: String) throws {
      guard sqlite3_exec(database, sql, nil, nil, nil) == SQLITE_OK else {
        throw failure("\(sql): \(String(cString: sqlite3_errmsg(database)))")
      }
    }
    try execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 4000")
    var statement: OpaquePointer?
    let sql = "INSERT INTO \(table) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,NULL,NULL)"
    guard sqlite3_prepare_v2(database, sql, -1, &statement, nil) == SQLITE_OK, let statement else {
      throw failure(String(cString: sqlite3_errmsg(database)))
    }
    defer { sqlite3_finalize(statement) }
    let blobs = windows.map { window in
      (
        entity: [UInt8](repeating: 1, count: 22), features: [UInt8](repeating: 2, count: window.features.count * 4),
        sketches: [UInt8](repeating: 3, count: window.sketches.count * 32)
      )
    }
    let start = ContinuousClock.now
    var sequence: Int64 = 1
    while ContinuousClock.now - start < duration {
      try execute("BEGIN IMMEDIATE")
      for _ in 0..<rowsPerTransaction {
        let index = Int(sequence) % windows.count
        sequence += 1
        bind(statement, windows[index], sequence: sequence, blobs[index])
        guard sqlite3_step(statement) == SQLITE_DONE else { throw failure(String(cString: sqlite3_errmsg(database))) }
        sqlite3_reset(statement)
      }
      try execute("UPDATE lanes SET through = \(sequence), updated_ms = 1; COMMIT")
    }
    return Double(sequence - 1) / ((ContinuousClock.now - start) / .seconds(1))
  }

  private static func bind(
    _ statement: OpaquePointer, _ window: EntityWindow, sequence: Int64,
    _ blobs: (entity: [UInt8], features: [UInt8], sketches: [UInt8])
  ) {
    let numbers: [(Int32, Int64)] = [
      (1, 1), (2, sequence), (3, window.start.milliseconds + 61_000), (5, Int64(window.schema)),
      (6, window.start.milliseconds + sequence / 20_000 * 60_000), (7, Int64(window.length)),
      (8, Int64(window.observations)), (9, window.isPartial ? 1 : 0), (10, 0), (11, 0), (12, Int64(window.lag)),
      (13, 0), (14, 0),
    ]
    for (column, value) in numbers { sqlite3_bind_int64(statement, column, value) }
    // Entities differ, so that the index over parts is as wide as in the product.
    var entity = blobs.entity
    entity[7] = UInt8(truncatingIfNeeded: sequence)
    let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
    sqlite3_bind_blob(statement, 4, entity, Int32(entity.count), transient)
    sqlite3_bind_blob(statement, 15, blobs.features, Int32(blobs.features.count), transient)
    sqlite3_bind_blob(statement, 16, blobs.sketches, Int32(blobs.sketches.count), transient)
  }
}

/// The product's own store without network: the same batches through `CollectorStore.commit`.
enum StoreCommits {
  /// Windows a second.
  static func run(in folder: String, for duration: Duration) async throws -> Double {
    let store = try CollectorStore(path: "\(folder)/commits.sqlite")
    let now = Timestamp(milliseconds: 1_767_225_600_000)
    guard let agent = AgentID(String(repeating: "ab", count: 16)) else { return 0 }
    let windows = BenchRecords.windows(500, agent: 1, at: now)
    let start = ContinuousClock.now
    var through: UInt64 = 0
    while ContinuousClock.now - start < duration {
      var batches: [NumberedBatch] = []
      for _ in 0..<(RawInserts.rowsPerTransaction / windows.count) {
        let after = through
        through += UInt64(windows.count)
        batches.append(
          NumberedBatch(
            agent: agent, lane: .window, epoch: SpoolEpoch(bits: 1), after: after, through: through,
            records: windows.enumerated().map { number, window in
              var window = window
              window.start = window.start.advanced(by: .seconds(Int64(after / 20_000 * 60)))
              return NumberedRecord(sequence: after + 1 + UInt64(number), record: .window(window))
            }))
      }
      try await store.commit(batches, at: now)
    }
    let rate = Double(through) / ((ContinuousClock.now - start) / .seconds(1))
    try store.close()
    return rate
  }
}
