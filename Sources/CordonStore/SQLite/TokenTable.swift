import CordonCore
import Foundation
import GRDB

/// Rows of `tokens`.
enum TokenTable {
  static func read(_ row: Row) -> TokenRecord {
    TokenRecord(
      id: row["id"], digest: row.bytes("digest"), group: row["team"], createdAt: row.time("created_ms"),
      notAfter: row.time("not_after_ms"), usesLeft: row.unsigned32("uses_left"), isRevoked: row["revoked"],
      createdBy: row["created_by"])
  }

  /// The token, if it may be used now.
  static func require(_ db: Database, digest: [UInt8], at now: Timestamp) throws -> TokenRecord {
    let remedy = "Ask for a new one: cordon token create."
    guard let row = try Row.fetchOne(db, sql: "SELECT * FROM tokens WHERE digest = ?", arguments: [Data(digest)]) else {
      throw CordonError(.denied, "token-unknown", "The enrolment token is not known.", remedy: remedy)
    }
    let token = read(row)
    guard !token.isRevoked else {
      throw CordonError(.denied, "token-revoked", "Enrolment token \(token.id) was revoked.", remedy: remedy)
    }
    guard now <= token.notAfter else {
      throw CordonError(.denied, "token-expired", "Enrolment token \(token.id) has expired.", remedy: remedy)
    }
    guard token.usesLeft > 0 else {
      throw CordonError(.denied, "token-used", "Enrolment token \(token.id) has no uses left.", remedy: remedy)
    }
    return token
  }
}
