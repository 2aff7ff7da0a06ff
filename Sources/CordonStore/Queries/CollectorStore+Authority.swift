package import CordonCore
import Foundation
import GRDB

extension CollectorStore {
  /// Stores a roster or policy that the caller has verified.
  ///
  /// - Throws: `serial-not-above` (conflict) unless its serial is above every one of its kind on this site.
  package func storeAuthority(
    _ record: AuthorityRecord, _ consequences: Consequences = .none
  ) async throws(CordonError) {
    try await write { db in
      let highest = try Self.highestSerial(db, record.kind)
      guard record.serial > highest, record.serial <= UInt64(Int64.max) else {
        throw CordonError(
          .conflict, "serial-not-above",
          "The \(record.kind.rawValue) has serial \(record.serial); this site is at \(highest).",
          remedy: "Sign it again with serial \(highest + 1).")
      }
      try db.execute(
        sql: """
          INSERT INTO authority (kind, serial, team, envelope, stored_ms, stored_by) VALUES (?, ?, ?, ?, ?, ?)
          """,
        arguments: [
          record.kind.rawValue, Int64(record.serial), record.group, Data(record.envelope),
          record.storedAt.milliseconds, record.storedBy,
        ])
      try consequences.write(db, at: record.storedAt)
    }
  }

  /// The highest serial of a kind; 0 before the first.
  package func highestSerial(_ kind: AuthorityRecord.Kind) async throws(CordonError) -> UInt64 {
    try await read { db in try Self.highestSerial(db, kind) }
  }

  /// The newest roster; nil before the first.
  package func newestRoster() async throws(CordonError) -> AuthorityRecord? {
    try await newest(.roster, group: "")
  }

  /// The newest policy that applies to a group: its own or the whole site's, whichever has the higher serial.
  package func newestPolicy(for group: String) async throws(CordonError) -> AuthorityRecord? {
    try await newest(.policy, group: group)
  }

  /// Every roster or policy ever stored, newest first.
  package func authority(_ kind: AuthorityRecord.Kind, most: Int = 100) async throws(CordonError) -> [AuthorityRecord] {
    try await read { db in
      try Row.fetchAll(
        db, sql: "SELECT * FROM authority WHERE kind = ? ORDER BY serial DESC LIMIT ?",
        arguments: [kind.rawValue, most]
      ).map(Self.authority)
    }
  }

  private func newest(_ kind: AuthorityRecord.Kind, group: String) async throws(CordonError) -> AuthorityRecord? {
    try await read { db in
      try Row.fetchOne(
        db, sql: "SELECT * FROM authority WHERE kind = ? AND team IN ('', ?) ORDER BY serial DESC LIMIT 1",
        arguments: [kind.rawValue, group]
      ).map(Self.authority)
    }
  }

  private static func highestSerial(_ db: Database, _ kind: AuthorityRecord.Kind) throws -> UInt64 {
    let highest = try Int64.fetchOne(
      db, sql: "SELECT MAX(serial) FROM authority WHERE kind = ?", arguments: [kind.rawValue])
    return UInt64(clamping: highest ?? 0)
  }

  private static func authority(_ row: Row) throws -> AuthorityRecord {
    AuthorityRecord(
      kind: try row.choice(AuthorityRecord.Kind.self, "kind", of: "authority"), serial: try row.unsigned("serial"),
      group: try row.value("team"), envelope: try row.bytes("envelope"), storedAt: try row.time("stored_ms"),
      storedBy: try row.value("stored_by"))
  }
}
