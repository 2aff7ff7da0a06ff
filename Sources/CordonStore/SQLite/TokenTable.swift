import CordonCore
import Foundation
import GRDB

/// Rows of `tokens`.
enum TokenTable {
  static func read(_ row: Row) throws(CordonError) -> TokenRecord {
    TokenRecord(
      id: try row.value("id"), digest: try row.bytes("digest"), group: try row.value("team"),
      createdAt: try row.time("created_ms"),
      notAfter: try row.time("not_after_ms"), usesLeft: try row.unsigned32("uses_left"),
      isRevoked: try row.value("revoked"),
      createdBy: try row.value("created_by"))
  }

  /// The token, if it may be used now.
  static func require(_ db: Database, digest: [UInt8], at now: Timestamp) throws -> TokenRecord {
    guard let row = try Row.fetchOne(db, sql: "SELECT * FROM tokens WHERE digest = ?", arguments: [Data(digest)]) else {
      throw CordonError(
        .denied, "token-unknown", "The enrolment token is not known here.",
        remedy: "Check that it was made on this collector, or ask for a new one: cordon token create.")
    }
    let token = try read(row)
    try token.check(at: now)
    return token
  }
}
