import CordonCore
import CordonStore
import CordonTestSupport
import GRDB
import Glibc
import Testing

@Suite("A full disk, a damaged file, a cancelled caller")
struct FailureTests {
  private func batch(after: UInt64, count: Int = 200) -> NumberedBatch {
    Samples.batch(1, after: after, Array(repeating: .window(Samples.window()), count: count))
  }

  @Test func anAcknowledgementMeansDurable() async throws {
    try await withTemporaryFolder { folder in
      let store = try CollectorStore(path: "\(folder)/store.sqlite")
      try await store.commit([batch(after: 0)], at: Samples.now)
      // The setting is the connection's own: asked for through the library that holds it.
      #expect(try await store.synchronousLevel() == CollectorStore.fullSynchronous)
      try store.close()
    }
  }

  /// Commits until there is no space, then makes space, and commits the same again.
  @Test func aFullStoreLosesNothingAndGoesOn() async throws {
    try await withTemporaryFolder { folder in
      let path = "\(folder)/store.sqlite"
      var store = try CollectorStore(path: path, settings: .init(mostBytes: 600 << 10))
      var through: UInt64 = 0
      await expectRefusal("store-full") {
        for _ in 0..<1_000 {
          try await store.commit([batch(after: through)], at: Samples.now)
          through += 200
        }
      }
      #expect(through > 0)
      #expect(try await store.watermarks(of: Samples.agent(1)).map(\.through) == [through])
      #expect(try await allWindows(store).count == Int(through))
      // Still full: nothing changes.
      await expectRefusal("store-full") { try await store.commit([batch(after: through)], at: Samples.now) }
      try store.close()
      store = try CollectorStore(path: path)
      try await store.commit([batch(after: through)], at: Samples.now)
      #expect(try await allWindows(store).count == Int(through) + 200)
      #expect(try await store.check().isEmpty)
      try store.close()
    }
  }

  /// The same on a file system that really is full, while the store stays open.
  @Test(.enabled("needs root to mount a small file system") { geteuid() == 0 })
  func aFullDiskLosesNothingAndGoesOnOnceThereIsSpace() async throws {
    try await withTemporaryFolder { folder in
      guard mount("tmpfs", folder, "tmpfs", 0, "size=3m") == 0 else {
        print("skipped: no tmpfs can be mounted here")
        return
      }
      defer { umount2(folder, Int32(MNT_DETACH)) }
      try Files.write([UInt8](repeating: 1, count: 1_000_000), to: "\(folder)/ballast")
      let store = try CollectorStore(path: "\(folder)/store.sqlite", settings: .init(checkpointPages: 100))
      var through: UInt64 = 0
      await expectRefusal("store-full") {
        for _ in 0..<1_000 {
          try await store.commit([batch(after: through)], at: Samples.now)
          through += 200
        }
      }
      #expect(through > 0)
      #expect(try await store.watermarks(of: Samples.agent(1)).map(\.through) == [through])
      unlink("\(folder)/ballast")
      try await store.commit([batch(after: through)], at: Samples.now)
      #expect(try await allWindows(store).count == Int(through) + 200)
      #expect(try await store.check().isEmpty)
      try store.close()
    }
  }

  @Test func whatIsNoDatabaseIsSaid() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/store.sqlite"
      try Files.write(Array("this is no database, but it is long enough to be mistaken for one".utf8), to: path)
      expectRefusal("store-corrupt") { _ = try CollectorStore(path: path) }
      expectRefusal("store-unopened") { _ = try CollectorStore(path: "\(folder)/missing/store.sqlite") }
    }
  }

  @Test(arguments: [2, 3, 5, 8])
  func aDamagedPageIsSaid(_ page: Int) async throws {
    try await withTemporaryFolder { folder in
      let path = "\(folder)/store.sqlite"
      let store = try CollectorStore(path: path)
      try await store.commit([batch(after: 0, count: 500)], at: Samples.now)
      try store.close()
      var bytes = try Files.read(path)
      try #require(bytes.count >= (page + 1) * 4096, "\(Files.exists(path + "-wal"))")
      for at in (page * 4096)..<((page + 1) * 4096) { bytes[at] = 0xA5 }
      try Files.write(bytes, to: path)
      do {
        let damaged = try CollectorStore(path: path)
        let findings = try await damaged.check()
        #expect(!findings.isEmpty)
        try damaged.close()
      } catch {
        #expect((error as? CordonError)?.code == "store-corrupt", "\(error)")
      }
    }
  }

  @Test func aTruncatedDatabaseIsSaid() async throws {
    try await withTemporaryFolder { folder in
      let path = "\(folder)/store.sqlite"
      let store = try CollectorStore(path: path)
      try await store.commit([batch(after: 0, count: 500)], at: Samples.now)
      try store.close()
      try Files.write(try Files.read(path).prefix(20_000), to: path)
      await expectRefusal("store-corrupt") {
        let damaged = try CollectorStore(path: path)
        _ = try await damaged.check()
        _ = try await allWindows(damaged)
      }
    }
  }

  @Test func aDatabaseOfALaterVersionIsLeftAlone() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/store.sqlite"
      try CollectorStore(path: path).close()
      let queue = try DatabaseQueue(path: path)
      try queue.write { db in try db.execute(sql: "INSERT INTO grdb_migrations VALUES ('9999-later')") }
      try queue.close()
      expectRefusal("store-newer") { _ = try CollectorStore(path: path) }
    }
  }

  @Test func aCommitEndsThoughItsCallerIsCancelled() async throws {
    try await withTemporaryFolder { folder in
      let store = try CollectorStore(path: "\(folder)/store.sqlite")
      let batch = batch(after: 0)
      await withTaskGroup(of: Void.self) { group in
        group.cancelAll()
        group.addTask {
          do { try await store.commit([batch], at: Samples.now) } catch { Issue.record("\(error)") }
        }
      }
      #expect(try await allWindows(store).count == 200)
      try store.close()
    }
  }

  @Test func aBackupIsWholeAndOpens() async throws {
    try await withTemporaryFolder { folder in
      let store = try CollectorStore(path: "\(folder)/store.sqlite")
      try await store.commit([batch(after: 0)], at: Samples.now)
      let copy = "\(folder)/backup.sqlite"
      try await store.backup(to: copy)
      await expectRefusal("backup-exists") { try await store.backup(to: copy) }
      await expectRefusal("store-unopened") { try await store.backup(to: "\(folder)/missing/backup") }
      var status = stat()
      #expect(stat(copy, &status) == 0 && status.st_mode & 0o777 == 0o600)
      // What comes after the backup is not in it; a restored collector asks for it again.
      try await store.commit([batch(after: 200)], at: Samples.now)
      try store.close()
      let restored = try CollectorStore(path: copy)
      #expect(try await restored.watermarks(of: Samples.agent(1)).map(\.through) == [200])
      #expect(try await restored.check().isEmpty)
      try restored.close()
    }
  }
}
