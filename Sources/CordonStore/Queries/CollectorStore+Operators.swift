package import CordonCore
import Foundation
import GRDB

extension CollectorStore {
  /// Adds an operator, or gives one a new certificate; a revoked name is not given again.
  ///
  /// - Throws: `operator-revoked`.
  package func saveOperator(
    _ record: OperatorRecord, at now: Timestamp, _ consequences: Consequences = .none
  ) async throws(CordonError) {
    try await write { db in
      let isRevoked = try Bool.fetchOne(
        db, sql: "SELECT revoked FROM operators WHERE name = ?", arguments: [record.name])
      guard isRevoked != true else {
        throw CordonError(
          .conflict, "operator-revoked", "Operator \(record.name) was revoked.", remedy: "Choose another name.")
      }
      try db.execute(
        sql: """
          INSERT INTO operators (name, roles, revoked, reason, key_digest, certificate_not_after_ms, added_ms)
          VALUES (?, ?, ?, ?, ?, ?, ?)
          ON CONFLICT (name) DO UPDATE SET roles = excluded.roles, revoked = excluded.revoked,
            reason = excluded.reason, key_digest = excluded.key_digest,
            certificate_not_after_ms = excluded.certificate_not_after_ms
          """,
        arguments: [
          record.name, StoredBody.encode(record.roles), record.isRevoked, record.reason, Data(record.keyDigest),
          record.certificateNotAfter.milliseconds, record.addedAt.milliseconds,
        ])
      try consequences.write(db, at: now)
    }
  }

  /// By name.
  package func operators() async throws(CordonError) -> [OperatorRecord] {
    try await read { db in try Row.fetchAll(db, sql: "SELECT * FROM operators ORDER BY name").map(Self.operatorRecord) }
  }

  /// Nil where there never was one of that name.
  package func operatorNamed(_ name: String) async throws(CordonError) -> OperatorRecord? {
    try await read { db in
      try Row.fetchOne(db, sql: "SELECT * FROM operators WHERE name = ?", arguments: [name]).map(Self.operatorRecord)
    }
  }

  /// - Throws: `operator-unknown`.
  package func revokeOperator(
    _ name: String, reason: String, at now: Timestamp, _ consequences: Consequences = .none
  ) async throws(CordonError) {
    try await write { db in
      try db.execute(
        sql: "UPDATE operators SET revoked = 1, reason = ? WHERE name = ?", arguments: [reason, name])
      guard db.changesCount > 0 else {
        throw CordonError(
          .missing, "operator-unknown", "There is no operator \(name).", remedy: "cordon operator list shows them.")
      }
      try consequences.write(db, at: now)
    }
  }

  private static func operatorRecord(_ row: Row) throws -> OperatorRecord {
    OperatorRecord(
      name: try row.value("name"),
      roles: try StoredBody.decode([String].self, try row.value("roles"), table: "operators", column: "roles"),
      isRevoked: try row.value("revoked"), reason: try row.value("reason"), keyDigest: try row.bytes("key_digest"),
      certificateNotAfter: try row.time("certificate_not_after_ms"), addedAt: try row.time("added_ms"))
  }
}
