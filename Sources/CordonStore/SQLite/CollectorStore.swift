package import CordonCore
import GRDB
import Glibc

/// The collector's storage, as domain verbs; it alone owns the database file.
///
/// Every verb is one transaction. Writes run to their end even where the caller's task is cancelled, and are durable
/// when the verb returns (WAL, synchronous=FULL). Readers never wait for the writer.
package struct CollectorStore: Sendable {
  let pool: DatabasePool
  /// Where the database is.
  package let path: String

  /// What tests may set smaller.
  package struct Settings: Hashable, Sendable {
    /// Readers that may work at once.
    package var readers: Int
    /// Pages of the write-ahead log after which it is copied into the database.
    package var checkpointPages: Int
    /// Bytes the database may have; nil: what the disk gives.
    package var mostBytes: UInt64?

    package init(readers: Int = 4, checkpointPages: Int = 4_000, mostBytes: UInt64? = nil) {
      self.readers = readers
      self.checkpointPages = checkpointPages
      self.mostBytes = mostBytes
    }
  }

  /// Opens the database, making it for its owner alone where there is none, and brings its schema up to date.
  ///
  /// - Throws: `store-corrupt`, `store-newer` (made by a later version), `store-unopened`.
  package init(path: String, settings: Settings = Settings()) throws(CordonError) {
    self.path = path
    Self.makePrivate(path)
    do {
      var configuration = Configuration()
      configuration.label = "cordon.store"
      configuration.maximumReaderCount = settings.readers
      configuration.busyMode = .timeout(10)
      configuration.foreignKeysEnabled = true
      let pool = try DatabasePool(path: path, configuration: configuration)
      // GRDB sets NORMAL when it turns WAL on; an acknowledgement needs FULL.
      try pool.writeWithoutTransaction { db in
        try db.execute(sql: "PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = \(settings.checkpointPages)")
        if let bytes = settings.mostBytes {
          try db.execute(sql: "PRAGMA max_page_count = \(max(1, bytes / UInt64(Self.pageBytes)))")
        }
      }
      let migrator = Migrations.all()
      if try pool.read(migrator.hasBeenSuperseded) {
        throw CordonError(
          .invalid, "store-newer", "The database \(path) was made by a later version of Cordon.",
          remedy: "Install that version, or restore a backup that this one made.")
      }
      try migrator.migrate(pool)
      self.pool = pool
    } catch {
      throw StoreFailure.translate(error, path: path)
    }
  }

  static let pageBytes = 4096

  /// Windows and detections are protected as ePHI: mode 0600, for the database and the logs beside it, which SQLite makes
  /// with the database's mode. What fails here fails again, and is said, when the database is opened.
  private static func makePrivate(_ path: String) {
    let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    if descriptor >= 0 {
      Glibc.close(descriptor)
    } else {
      // By name: to close a second descriptor would end the locks that this process has on the file.
      for file in [path, path + "-wal", path + "-shm"] { chmod(file, 0o600) }
    }
  }

  /// Copies the write-ahead log into the database and closes every connection; no verb may be called afterwards.
  package func close() throws(CordonError) {
    do {
      // A log that cannot be copied now (a full disk) is copied when the store is opened again.
      try? pool.writeWithoutTransaction { db in _ = try db.checkpoint(.truncate) }
      try pool.close()
    } catch {
      throw StoreFailure.translate(error, path: path)
    }
  }

  /// One transaction that writes; not abandoned when the caller's task is cancelled.
  func write<Value: Sendable>(
    _ updates: @Sendable @escaping (Database) throws -> Value
  ) async throws(CordonError) -> Value {
    let path = path
    let result: Result<Value, CordonError> = await withCheckedContinuation { continuation in
      pool.asyncWriteWithoutTransaction { db in
        do {
          var value: Value?
          try db.inTransaction(.immediate) {
            value = try updates(db)
            return .commit
          }
          guard let value else { throw StoreFailure.defect("A transaction ended without its value.") }
          continuation.resume(returning: .success(value))
        } catch {
          continuation.resume(returning: .failure(StoreFailure.translate(error, path: path)))
        }
      }
    }
    return try result.get()
  }

  /// Reads one consistent state.
  func read<Value: Sendable>(
    _ query: @Sendable @escaping (Database) throws -> Value
  ) async throws(CordonError) -> Value {
    let path = path
    let result: Result<Value, CordonError> = await withCheckedContinuation { continuation in
      pool.asyncRead { db in
        do {
          continuation.resume(returning: .success(try query(try db.get())))
        } catch {
          continuation.resume(returning: .failure(StoreFailure.translate(error, path: path)))
        }
      }
    }
    return try result.get()
  }
}
