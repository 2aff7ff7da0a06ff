import CordonCore
import CordonLedger
import CordonTestSupport
import CordonTrust
import CordonWire
import FoundationEssentials
import Synchronization
import Testing

@Suite struct LedgerCommandTests {
  /// Puts a ledger of so many entries into the fake collector, signed by a key of a seed.
  private func fill(_ harness: CommandHarness, entries count: Int, seed: UInt64 = 1) throws {
    var randomness = SeededRandomness(seed: seed)
    let signer = try LedgerSigner(name: "st-elsewhere.example/ledger", privateKey: randomness.bytes(32))
    var frontier = MerkleFrontier()
    var entries: [Cordon_V1_LedgerEntry] = []
    var last = Cordon_V1_LedgerChunk()
    for index in 0..<count {
      let record = LedgerRecord(.login, at: FakeClock.start, actor: "operator/ann", subject: "\(index)").canonicalBytes
      let salt = randomness.bytes(32)
      let leaf = MerkleHash.commitment(salt: salt, record: record)
      frontier.append(leaf)
      var entry = Cordon_V1_LedgerEntry()
      entry.index = UInt64(index)
      entry.salt = Data(salt)
      entry.record = Data(record)
      entry.leaf = Data(leaf)
      entries.append(entry)
      guard index % 3 == 2 || index == count - 1 else { continue }
      let checkpoint = Checkpoint(origin: signer.verifierKey.name, size: frontier.size, root: frontier.root)
      last.checkpoints.append(try checkpoint.signed(by: signer))
    }
    last.checkpoint = last.checkpoints.last ?? ""
    last.key = signer.verifierKey.text
    harness.collector.state.withLock {
      $0.ledger = entries
      $0.ledgerEnd = last
    }
  }

  private func withExport(_ count: Int, _ body: (CommandHarness, String) async throws -> Void) async throws {
    try await withTemporaryFolder { folder in
      let harness = CommandHarness(folder: folder)
      try await harness.found()
      try fill(harness, entries: count)
      let file = harness.path("ledger.jsonl")
      let export = await harness.run("ledger", "export", file)
      #expect(export.code == 0, "\(export.errors)")
      try await body(harness, file)
    }
  }

  @Test(arguments: [1, 3, 8]) func whatIsExportedVerifies(count: Int) async throws {
    try await withExport(count) { harness, file in
      let run = await harness.run("ledger", "verify", file)
      #expect(run.code == 0, "\(run.output)\(run.errors)")
      #expect(run.output.hasPrefix("verdict      sound\nentries      \(count), \(count) vouched for"), "\(run.output)")
      #expect(!run.output.contains("caution"))
    }
  }

  /// Line 1 is the header, 2 and on the entries with checkpoints after every third.
  @Test(arguments: [
    ("edit", "ledger-edited"), ("drop", "ledger-order"), ("swap", "ledger-order"), ("cut", "ledger-unvouched"),
  ])
  func whatWasChangedIsCaught(change: String, code: String) async throws {
    try await withExport(8) { harness, file in
      var lines = String(decoding: try PrivateFile.read(file, most: 1 << 20), as: UTF8.self)
        .split(separator: "\n").map(String.init)
      let entries = lines.indices.filter { lines[$0].hasPrefix("{\"index\"") }
      switch change {
      case "edit": lines[entries[4]] = lines[entries[4]].replacing("operator/ann", with: "operator/eve")
      case "drop": lines.remove(at: entries[4])
      case "swap": lines.swapAt(entries[3], entries[4])
      default: lines.removeSubrange(entries[4]...)
      }
      let changed = harness.path("changed.jsonl")
      try PrivateFile.create(at: changed, holding: Array((lines.joined(separator: "\n") + "\n").utf8))
      let run = await harness.run("ledger", "verify", changed)
      #expect(run.code == 65)
      #expect(run.output.contains("NOT SOUND") && run.output.contains("[\(code)]"), "\(run.output)")
    }
  }

  /// A file that ends at an older checkpoint is sound by itself; a checkpoint that an agent remembers says more.
  @Test func aRememberedCheckpointCatchesAFileCutShort() async throws {
    try await withExport(8) { harness, file in
      let lines = String(decoding: try PrivateFile.read(file, most: 1 << 20), as: UTF8.self).split(separator: "\n")
      let first = try #require(lines.firstIndex { $0.hasPrefix("{\"checkpoint\"") })
      let short = harness.path("short.jsonl")
      try PrivateFile.create(at: short, holding: Array((lines[...first].joined(separator: "\n") + "\n").utf8))
      #expect(await harness.run("ledger", "verify", short).code == 0)
      let note = harness.collector.state.withLock { $0.ledgerEnd.checkpoint }
      try PrivateFile.create(at: harness.path("seen"), holding: Array(note.utf8))
      let run = await harness.run("ledger", "verify", short, "--seen", harness.path("seen"))
      #expect(run.code == 65 && run.output.contains("[ledger-truncated]"), "\(run.output)")
    }
  }

  @Test func aLedgerMadeAnewIsRefused() async throws {
    try await withExport(3) { harness, file in
      try fill(harness, entries: 3, seed: 2)
      let second = harness.path("second.jsonl")
      let export = await harness.run("ledger", "export", second)
      #expect(export.code == 77 && export.errors.contains("another key than it had before"), "\(export.errors)")
      #expect((try? PrivateFile.read(second, most: 10)) == nil, "a refused export left a file")
      let again = await harness.run("ledger", "export", file)
      #expect(again.code == 77 || again.code == 65)
    }
  }

  @Test func anExportNeverReplacesAFile() async throws {
    try await withExport(3) { harness, file in
      let run = await harness.run("ledger", "export", file)
      #expect(run.code == 65 && run.errors.contains("exists already"))
    }
  }

  @Test func withoutAKnownKeyTheFilesOwnWordIsSaidToBeOne() async throws {
    try await withExport(3) { harness, file in
      let run = await harness.run("ledger", "verify", file, "--home", harness.path("nowhere"))
      #expect(run.code == 0 && run.output.contains("caution"), "\(run.output)\(run.errors)")
    }
  }

  /// Entries that no checkpoint covers yet are not exported: nobody vouches for them.
  @Test func anExportEndsAtTheNewestCheckpoint() async throws {
    try await withTemporaryFolder { folder in
      let harness = CommandHarness(folder: folder)
      try await harness.found()
      try fill(harness, entries: 6)
      harness.collector.state.withLock { state in
        state.ledgerEnd.checkpoints.removeLast()
        state.ledgerEnd.checkpoint = state.ledgerEnd.checkpoints.last ?? ""
      }
      let export = await harness.run("ledger", "export", harness.path("l"))
      #expect(export.output.hasPrefix("3 entries and 1 checkpoints"), "\(export.errors)")
      let verify = await harness.run("ledger", "verify", harness.path("l"))
      #expect(verify.code == 0, "\(verify.output)")
    }
  }

  @Test func aSiteWithoutACheckpointSaysSo() async throws {
    try await withTemporaryFolder { folder in
      let harness = CommandHarness(folder: folder)
      try await harness.found()
      try fill(harness, entries: 0)
      let export = await harness.run("ledger", "export", harness.path("l"))
      #expect(export.code == 75 && export.errors.contains("has signed no checkpoint yet"), "\(export.errors)")
    }
  }
}
