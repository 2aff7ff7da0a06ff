import CordonCore
import Foundation
import GRDB

extension Consequences {
  /// Writes all of it in the current transaction.
  func write(_ db: Database, at now: Timestamp) throws {
    for record in ledger {
      try db.cachedStatement(sql: "INSERT INTO ledger_pending (written_ms, record) VALUES (?, ?)")
        .execute(arguments: [now.milliseconds, Data(record.canonicalBytes)])
    }
    for draft in outbound { try draft.write(db, at: now) }
    for entry in timeline {
      try db.cachedStatement(sql: "INSERT INTO timeline (incident, at_ms, kind, text) VALUES (?, ?, ?, ?)")
        .execute(arguments: [entry.incident.data, entry.at.milliseconds, entry.kind, entry.text])
    }
    for (key, value) in meta {
      try db.cachedStatement(
        sql: "INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value"
      ).execute(arguments: [key, Data(value)])
    }
  }
}

extension OutboundDraft {
  /// One row an agent, each with the agent's next serial.
  fileprivate func write(_ db: Database, at now: Timestamp) throws {
    let condition: String
    let arguments: StatementArguments
    switch target {
    case .agent(let agent): (condition, arguments) = ("state <> 'revoked' AND id = ?", [agent.text])
    case .group(let group): (condition, arguments) = ("state <> 'revoked' AND team = ?", [group])
    case .everyone: (condition, arguments) = ("state <> 'revoked'", [])
    }
    if supersedesType {
      try db.cachedStatement(
        sql: """
          UPDATE outbound SET state = 'superseded' WHERE state IN ('pending', 'delivered') AND type = ?
          AND agent IN (SELECT id FROM agents WHERE \(condition))
          """
      ).execute(arguments: [type] + arguments)
    }
    try db.cachedStatement(sql: "UPDATE agents SET outbound = outbound + 1 WHERE \(condition)")
      .execute(arguments: arguments)
    if case .agent(let agent) = target, db.changesCount == 0 {
      throw CordonError(
        .missing, "agent-unknown", "There is no agent \(agent) that could get a \(type).",
        remedy: "cordon agent list shows those enrolled.")
    }
    try db.cachedStatement(
      sql: """
        INSERT INTO outbound (agent, serial, type, envelope, state, created_ms)
        SELECT id, outbound, ?, ?, 'pending', ? FROM agents WHERE \(condition)
        """
    ).execute(arguments: [type, Data(envelope), now.milliseconds] + arguments)
  }
}
