import CordonAgent
import CordonTestSupport
import Foundation
import Glibc
import Testing

/// Files of the real programs that somebody, or a dying disk, wrote into.
@Suite(.serialized, .timeLimit(.minutes(3))) struct DamagedFileTests {
  enum Damage: String, CaseIterable { case truncated, overwritten }

  private static func spoil(_ path: String, _ damage: Damage) throws {
    // Whoever closes it last writes the log into the file; the damage is to what is there then.
    let database = try SQLiteDatabase(path: path)
    try database.rows("SELECT count(*) FROM sqlite_schema", []) { _ in }
    database.close()
    var bytes = try Data(contentsOf: URL(filePath: path))
    switch damage {
    case .truncated: bytes = bytes.prefix(bytes.count / 2)
    case .overwritten:
      for index in stride(from: 0, to: bytes.count, by: 7) { bytes[index] ^= 0x5A }
    }
    let file = try FileHandle(forWritingTo: URL(filePath: path))
    try file.truncate(atOffset: 0)
    try file.write(contentsOf: bytes)
    try file.close()
    // A log would bring back what it still holds.
    for suffix in ["-wal", "-shm"] { unlink(path + suffix) }
  }

  /// A store is never replaced by itself: evidence is in it. The program says which file, and what to do.
  @Test(arguments: Damage.allCases) func aDamagedStoreStopsTheCollectorWithAReason(_ damage: Damage) async throws {
    try await withTemporaryFolder { folder in
      let site = try await SystemSite(in: folder)
      try await site.startCollector()
      _ = try await site.enrol("load-1")
      let load = try LoadedAgent("load-1", of: site, rate: 500)
      #expect(try await within(.seconds(20)) { try StoredNumbers(in: site).count > 1_000 })
      await load.stop()
      #expect(await site.stopCollector() == 0)
      try Self.spoil(site.database, damage)
      try site.launchCollector()
      let collector = try #require(site.collector)
      _ = await within(.seconds(20)) { !collector.isRunning }
      try #require(!collector.isRunning, "\(damage): \(collector.said.suffix(1_000))")
      #expect(await collector.ending() == 74)
      #expect(collector.said.contains("\(site.database) is damaged"), "\(collector.said.suffix(1_000))")
      #expect(collector.said.contains("restore the newest backup"))
    }
  }

  /// Spool and journal of the real agent: moved aside or written anew, said, counted at the collector; it goes on.
  @Test(.enabled(if: getuid() == 0, "the keeper is root"), arguments: Damage.allCases)
  func aDamagedAgentSaysSoAndGoesOn(_ damage: Damage) async throws {
    try await withTemporaryFolder { folder in
      chmod(folder, 0o755)
      let site = try await SystemSite(in: folder)
      try await site.startCollector()
      let config = try await site.enrol("ws-1")
      let state = "\(folder)/ws-1"
      func start(_ log: String) throws -> ChildProgram {
        try ChildProgram(
          try ChildProgram.path(of: "cordon-agent"), ["run", "--config", config], log: "\(folder)/\(log)")
      }
      let first = try start("first.log")
      #expect(await within(.seconds(30)) { first.said.contains("uplink connected") }, "\(first.said)")
      #expect(await first.stop() == 0)

      try Self.spoil("\(state)/worker/spool.sqlite", damage)
      // Nothing was held yet: the journal is whatever lies there.
      try Data("no entry of a journal".utf8).write(to: URL(filePath: "\(state)/keeper/journal/journal"))

      let second = try start("second.log")
      #expect(await within(.seconds(30)) { second.said.contains("uplink connected") }, "\(second.said)")
      #expect(second.said.contains("The spool was unusable"), "\(second.said)")
      #expect(second.said.contains("The journal was damaged"), "\(second.said)")
      let kept = try FileManager.default.contentsOfDirectory(atPath: "\(state)/worker")
      #expect(kept.contains { $0.contains("spool.sqlite.damaged-") }, "\(kept)")
      let counted = await within(.seconds(20)) {
        (try? await site.cordon(["agent", "show", "ws-1"]).contains("spool-damaged")) == true
      }
      #expect(counted)
      #expect(await second.stop() == 0)
    }
  }
}
