package import CordonCore
import Foundation
import GRDB

extension CollectorStore {
  /// Takes or keeps a lease; only its holder may do what it stands for.
  ///
  /// - Returns: false where another holder's lease has not ended.
  package func acquireLease(
    _ name: String, holder: String, until: Timestamp, at now: Timestamp
  ) async throws(CordonError) -> Bool {
    try await write { db in
      try db.execute(
        sql: """
          INSERT INTO leases (name, holder, until_ms) VALUES (?1, ?2, ?3)
          ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until_ms = excluded.until_ms
          WHERE leases.holder = excluded.holder OR leases.until_ms <= ?4
          """, arguments: [name, holder, until.milliseconds, now.milliseconds])
      return db.changesCount > 0
    }
  }

  package func releaseLease(_ name: String, holder: String) async throws(CordonError) {
    try await write { db in
      try db.execute(sql: "DELETE FROM leases WHERE name = ? AND holder = ?", arguments: [name, holder])
    }
  }

  /// Name of the lease that the ledger's one sequencer holds.
  package static let sequencerLease = "ledger-sequencer"

  /// Decisions that wait for a number, in the order in which they were made.
  package func pendingLedger(most: Int) async throws(CordonError) -> [PendingLedgerRecord] {
    try await read { db in
      try Row.fetchAll(db, sql: "SELECT * FROM ledger_pending ORDER BY place LIMIT ?", arguments: [most]).map { row in
        PendingLedgerRecord(
          order: try row.value("place"), writtenAt: try row.time("written_ms"), record: try row.bytes("record"))
      }
    }
  }

  /// How many decisions wait, and since when the oldest does.
  package func pendingLedgerBacklog() async throws(CordonError) -> (count: UInt64, oldest: Timestamp?) {
    try await read { db in
      let row = try Row.fetchOne(db, sql: "SELECT COUNT(*) AS waiting, MIN(written_ms) AS oldest FROM ledger_pending")
      let oldest = try row?.valueIfAny("oldest") as Int64?
      return (try row?.unsigned("waiting") ?? 0, oldest.map(Timestamp.init(milliseconds:)))
    }
  }

  /// How far the ledger has grown.
  package func ledgerTree() async throws(CordonError) -> LedgerTreeState {
    try await read { db in try Self.tree(db) }
  }

  /// Gives pending decisions their numbers: entries, tree and checkpoint change together, the queue is emptied of them.
  ///
  /// - Parameters:
  ///   - through: order of the last pending record that the entries are made of.
  ///   - checkpoint: the signed note over the new tree.
  /// - Throws: `ledger-lease` (conflict) where the holder's lease has ended; `ledger-moved` (conflict) where the tree
  ///   is not what the entries were appended to.
  package func appendLedger(
    _ entries: [LedgerEntry], through: Int64, from before: LedgerTreeState, to after: LedgerTreeState,
    checkpoint: String, holder: String, at now: Timestamp
  ) async throws(CordonError) {
    try await write { db in
      let until = try Int64.fetchOne(
        db, sql: "SELECT until_ms FROM leases WHERE name = ? AND holder = ?", arguments: [Self.sequencerLease, holder])
      guard let until, until > now.milliseconds else {
        throw CordonError(.conflict, "ledger-lease", "\(holder) does not hold the ledger's lease.")
      }
      guard try Self.tree(db) == before, after.size == before.size + UInt64(entries.count) else {
        throw CordonError(.conflict, "ledger-moved", "The ledger has grown beyond \(before.size) entries.")
      }
      let insertion = try db.cachedStatement(
        sql: "INSERT INTO ledger_entries (number, salt, record, leaf) VALUES (?, ?, ?, ?)")
      for entry in entries {
        try insertion.execute(arguments: [
          Int64(clamping: entry.index), Data(entry.salt), entry.record.map { Data($0) }, Data(entry.leaf),
        ])
      }
      try db.execute(sql: "DELETE FROM ledger_pending WHERE place <= ?", arguments: [through])
      try db.execute(
        sql: "UPDATE ledger_tree SET size = ?, frontier = ?",
        arguments: [Int64(clamping: after.size), Data(after.frontier.flatMap { $0 })])
      try db.execute(
        sql: "INSERT INTO ledger_checkpoints (size, note, made_ms) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
        arguments: [Int64(clamping: after.size), checkpoint, now.milliseconds])
    }
  }

  /// Entries from an index on, without holes.
  package func ledgerEntries(from index: UInt64, most: Int) async throws(CordonError) -> [LedgerEntry] {
    try await read { db in
      try Row.fetchAll(
        db, sql: "SELECT * FROM ledger_entries WHERE number >= ? ORDER BY number LIMIT ?",
        arguments: [Int64(clamping: index), most]
      ).map { row in
        LedgerEntry(
          index: try row.unsigned("number"), salt: try row.bytes("salt"), record: try row.bytesIfAny("record"),
          leaf: try row.bytes("leaf"))
      }
    }
  }

  /// Signed notes by tree size, from the smallest above a size on.
  package func checkpoints(above size: UInt64 = 0, most: Int = 1_000) async throws(CordonError) -> [String] {
    try await read { db in
      try String.fetchAll(
        db, sql: "SELECT note FROM ledger_checkpoints WHERE size > ? ORDER BY size LIMIT ?",
        arguments: [Int64(clamping: size), most])
    }
  }

  /// Nil before the first.
  package func newestCheckpoint() async throws(CordonError) -> String? {
    try await read { db in
      try String.fetchOne(db, sql: "SELECT note FROM ledger_checkpoints ORDER BY size DESC LIMIT 1")
    }
  }

  /// Removes a record and its salt for good; the leaf stays, and every proof with it.
  ///
  /// - Throws: `ledger-entry-unknown`.
  package func eraseLedgerRecord(
    _ index: UInt64, at now: Timestamp, _ consequences: Consequences
  ) async throws(CordonError) {
    try await write { db in
      try db.execute(
        sql: "UPDATE ledger_entries SET record = NULL, salt = x'' WHERE number = ?",
        arguments: [Int64(clamping: index)])
      guard db.changesCount > 0 else {
        throw CordonError(.missing, "ledger-entry-unknown", "The ledger has no entry \(index).")
      }
      try consequences.write(db, at: now)
    }
  }

  private static func tree(_ db: Database) throws -> LedgerTreeState {
    guard let row = try Row.fetchOne(db, sql: "SELECT size, frontier FROM ledger_tree") else {
      throw StoreFailure.badRow("ledger_tree", "size")
    }
    let bytes = try row.bytes("frontier")
    let size = try row.unsigned("size")
    guard bytes.count == size.nonzeroBitCount * LedgerEntry.leafLength else {
      throw StoreFailure.badRow("ledger_tree", "frontier")
    }
    let frontier = stride(from: 0, to: bytes.count, by: LedgerEntry.leafLength).map {
      Array(bytes[$0..<$0 + LedgerEntry.leafLength])
    }
    return LedgerTreeState(size: size, frontier: frontier)
  }
}
