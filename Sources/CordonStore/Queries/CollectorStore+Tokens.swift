package import CordonCore
import Foundation
import GRDB

extension CollectorStore {
  /// - Throws: `store-constraint` (conflict) where the id or the digest is taken.
  package func createToken(
    _ token: TokenRecord, _ consequences: Consequences = .none
  ) async throws(CordonError) {
    try await write { db in
      try db.execute(
        sql: """
          INSERT INTO tokens (id, digest, team, created_ms, not_after_ms, uses_left, revoked, created_by)
          VALUES (?, ?, ?, ?, ?, ?, ?, ?)
          """,
        arguments: [
          token.id, Data(token.digest), token.group, token.createdAt.milliseconds, token.notAfter.milliseconds,
          Int64(token.usesLeft), token.isRevoked, token.createdBy,
        ])
      try consequences.write(db, at: token.createdAt)
    }
  }

  /// Whether a token may be used now; uses none. `enrol` checks again.
  ///
  /// - Parameter digest: SHA-256 of the token.
  /// - Throws: `token-unknown`, `token-revoked`, `token-expired`, `token-used`.
  package func checkToken(_ digest: [UInt8], at now: Timestamp) async throws(CordonError) -> TokenRecord {
    try await read { db in try TokenTable.require(db, digest: digest, at: now) }
  }

  /// Newest first.
  package func tokens(most: Int = 1_000) async throws(CordonError) -> [TokenRecord] {
    try await read { db in
      try Row.fetchAll(db, sql: "SELECT * FROM tokens ORDER BY created_ms DESC, id LIMIT ?", arguments: [most])
        .map(TokenTable.read)
    }
  }

  /// - Throws: `token-unknown`.
  package func revokeToken(
    _ id: String, at now: Timestamp, _ consequences: Consequences = .none
  ) async throws(CordonError) {
    try await write { db in
      try db.execute(sql: "UPDATE tokens SET revoked = 1 WHERE id = ?", arguments: [id])
      guard db.changesCount > 0 else {
        throw CordonError(
          .missing, "token-unknown", "There is no enrolment token \(id).", remedy: "cordon token list shows them.")
      }
      try consequences.write(db, at: now)
    }
  }
}
