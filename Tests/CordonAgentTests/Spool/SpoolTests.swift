import CordonAgent
import CordonCore
import CordonTestSupport
import Glibc
import Testing

@Suite struct SpoolTests {
  static let window = Record.window(
    EntityWindow(
      entity: EntityRef(kind: .host, label: "ward-3"), schema: 1, start: FakeClock.start, length: 60_000,
      observations: 1, features: [Float](repeating: 1, count: 16)))

  /// A spool with so many windows in it, closed again.
  private func fill(_ path: String, _ count: Int) async throws {
    let spool = try Spool(path: path, clock: FakeClock())
    #expect(await spool.opening == .created)
    try await spool.append([Record](repeating: Self.window, count: count))
  }

  @Test func goesOnWhereItWasClosed() async throws {
    try await withTemporaryFolder { folder in
      try await fill("\(folder)/spool", 3)
      let spool = try Spool(path: "\(folder)/spool", clock: FakeClock())
      #expect(await spool.opening == .continued)
      #expect(await spool.depth.records == 3)
      #expect(try await spool.lease([.window], most: 10, mostBytes: 1 << 20)?.records.count == 3)
    }
  }

  /// Ways in which a file comes back wrong from a power cut or a dying disk.
  static let damages: [(name: String, apply: @Sendable (inout [UInt8]) -> Void)] = [
    ("cut in the middle", { $0.removeSubrange(($0.count / 2)...) }),
    ("cut in the first page", { $0.removeSubrange(100...) }),
    ("overwritten", { for index in $0.indices { $0[index] = 0x5A } }),
    ("a page overwritten", { for index in 4096..<8192 where index < $0.count { $0[index] = 0xFF } }),
    ("header overwritten", { for index in 0..<16 { $0[index] = 0 } }),
    ("of a newer agent", { $0[63] = 99 }),
  ]

  @Test(arguments: damages.indices) func aDamagedFileIsMovedAsideAndTheAgentGoesOn(_ index: Int) async throws {
    let damage = Self.damages[index]
    try await withTemporaryFolder { folder in
      let path = "\(folder)/spool"
      try await fill(path, 200)
      unlink("\(path)-wal")
      var bytes = try Files.read(path)
      damage.apply(&bytes)
      try Files.write(bytes, to: path)
      let spool = try Spool(path: path, clock: FakeClock())
      guard case .replaced(let moved, _) = await spool.opening else {
        Issue.record("\(damage.name): found as \(await spool.opening)")
        return
      }
      #expect(access(moved, F_OK) == 0)
      let depth = await spool.depth
      #expect(depth.records == 0)
      #expect(depth.drops == [.damaged: 1])
      try await spool.append([Self.window])
      #expect(try await spool.lease([.window], most: 1, mostBytes: 1)?.first == 1)
    }
  }

  @Test func damageThatShowsWhileRunningIsSurvived() async throws {
    try await withTemporaryFolder { folder in
      let path = "\(folder)/spool"
      try await fill(path, 5_000)
      let spool = try Spool(path: path, clock: FakeClock())
      var bytes = try Files.read(path)
      for index in 4096..<bytes.count { bytes[index] = 0xFF }
      try Files.write(bytes, to: path)
      // Pages that are cached hide it for a while.
      for _ in 0..<60 { _ = try await spool.lease([.window], most: 100, mostBytes: 1 << 20) }
      guard case .replaced = await spool.opening else {
        Issue.record("the damage went unseen")
        return
      }
      try await spool.append([Self.window])
      let reopened = try Spool(path: path, clock: FakeClock())
      #expect(await reopened.opening == .continued)
      let depth = await reopened.depth
      #expect(depth.records == 1)
      #expect(depth.drops == [.damaged: 1])
    }
  }

  @Test func aFlippedBitCostsOneRecordAndIsReported() async throws {
    try await withTemporaryFolder { folder in
      let path = "\(folder)/spool"
      try await fill(path, 3)
      let database = try SQLiteDatabase(path: path)
      try database.run("UPDATE record SET bytes = CAST(x'00' || bytes AS BLOB) WHERE sequence = 2")
      database.close()
      let spool = try Spool(path: path, clock: FakeClock())
      let batch = try #require(try await spool.lease([.window], most: 10, mostBytes: 1 << 20))
      #expect(batch.records.map(\.sequence) == [1, 3])
      #expect(batch.skipped == [SkippedRange(2...2, .corruption)])
      let depth = await spool.depth
      #expect(depth.drops == [.corruption: 1])
      #expect(depth.records == 2)
    }
  }

  @Test func onlyTheNewestDamagedFilesAreKept() throws {
    try withTemporaryFolder { folder in
      let clock = FakeClock()
      for _ in 0..<4 {
        try Files.write(Array("nonsense".utf8) + [UInt8](repeating: 1, count: 600), to: "\(folder)/spool")
        _ = try Spool(path: "\(folder)/spool", clock: clock)
        clock.advance(by: .seconds(1))
        unlink("\(folder)/spool-wal")
      }
      let kept = (0..<4).filter {
        access("\(folder)/spool.damaged-\(FakeClock.start.advanced(by: .seconds($0)).milliseconds)", F_OK) == 0
      }
      #expect(kept == [2, 3])
    }
  }
}
