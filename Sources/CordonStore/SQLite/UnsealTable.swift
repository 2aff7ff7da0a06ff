import CordonCore
import Foundation
import GRDB

/// Rows of `unseals`, both ways.
enum UnsealTable {
  private static let name = "unseals"

  static func read(_ row: Row) throws -> UnsealRecord {
    let id = try row.id("id", of: name)
    let body = try StoredBody.decode(UnsealBody.self, try row.value("question"), table: name, column: "question")
    guard let state = UnsealRecord.State(rawValue: try row.value("state")) else {
      throw StoreFailure.badRow(name, "state")
    }
    var outcome: Outcome?
    if let text = try row.valueIfAny("outcome") as String? {
      outcome = try StoredBody.decode(OutcomeBody.self, text, table: name, column: "outcome").domain(command: id)
    }
    return UnsealRecord(
      order: try body.domain(id: id, agent: try row.agent("agent", of: name)), state: state,
      envelope: try row.bytes("envelope"), askedBy: try row.value("asked_by"), askedAt: try row.time("asked_ms"),
      signedBy: try StoredBody.decode([String].self, try row.value("signed_by"), table: name, column: "signed_by"),
      signatures: try row.unsigned32("signatures"), signaturesNeeded: try row.unsigned32("signatures_needed"),
      updatedAt: try row.time("updated_ms"), outcome: outcome)
  }

  /// - Throws: `unseal-exists`.
  static func insert(_ db: Database, _ record: UnsealRecord) throws {
    try db.execute(
      sql: """
        INSERT INTO unseals (id, agent, state, question, envelope, asked_by, asked_ms, signed_by, signatures,
          signatures_needed, updated_ms, outcome)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULL) ON CONFLICT (id) DO NOTHING
        """,
      arguments: [
        record.order.id.data, record.order.agentID.text, record.state.rawValue,
        try StoredBody.encode(UnsealBody(record.order)), Data(record.envelope), record.askedBy,
        record.askedAt.milliseconds, try StoredBody.encode(record.signedBy), Int64(record.signatures),
        Int64(record.signaturesNeeded), record.updatedAt.milliseconds,
      ])
    guard db.changesCount > 0 else {
      throw CordonError(.conflict, "unseal-exists", "There is an order to unseal \(record.order.id) already.")
    }
  }

  /// - Throws: `unseal-changed` where it is not in the state any more that the caller read.
  static func update(_ db: Database, _ record: UnsealRecord, from state: UnsealRecord.State) throws {
    try db.execute(
      sql: """
        UPDATE unseals SET state = ?, envelope = ?, signed_by = ?, signatures = ?, updated_ms = ?, outcome = ?
        WHERE id = ? AND state = ? AND signatures <= ?
        """,
      arguments: [
        record.state.rawValue, Data(record.envelope), try StoredBody.encode(record.signedBy),
        Int64(record.signatures), record.updatedAt.milliseconds,
        try record.outcome.map { outcome throws(CordonError) in try StoredBody.encode(OutcomeBody(outcome)) },
        record.order.id.data, state.rawValue, Int64(record.signatures),
      ])
    guard db.changesCount > 0 else {
      throw CordonError(
        .conflict, "unseal-changed", "The order to unseal \(record.order.id) was changed in the meantime.",
        remedy: "Look at it again, and repeat the step if it is still right.")
    }
  }
}
