import CordonCore
import Foundation
import GRDB

/// Rows of `commands`, both ways.
enum CommandTable {
  static func read(_ row: Row) throws -> CommandRecord {
    let id = try row.id("id", of: "commands")
    let body = try StoredBody.decode(CommandBody.self, try row.value("command"), table: "commands", column: "command")
    var outcome: Outcome?
    if let text = try row.valueIfAny("outcome") as String? {
      outcome = try StoredBody.decode(OutcomeBody.self, text, table: "commands", column: "outcome").domain(command: id)
    }
    return CommandRecord(
      command: try body.domain(
        id: id, agent: try row.agent("agent", of: "commands"), incident: try row.idIfAny("incident", of: "commands")),
      state: try row.value("state"), envelope: try row.bytes("envelope"), proposedBy: try row.value("proposed_by"),
      proposedAt: try row.time("proposed_ms"),
      approvedBy: try StoredBody.decode(
        [String].self, try row.value("approved_by"), table: "commands", column: "approved_by"),
      signatures: try row.unsigned32("signatures"), signaturesNeeded: try row.unsigned32("signatures_needed"),
      isReflex: try row.value("reflex"), isStanding: try row.value("standing"), updatedAt: try row.time("updated_ms"),
      outcome: outcome,
      revision: try row.unsigned("revision"))
  }

  /// Makes a command (revision 0) or changes the copy that the caller read.
  ///
  /// - Returns: the new revision.
  /// - Throws: `command-changed` (conflict) where somebody else was faster; `command-exists`.
  static func save(_ db: Database, _ record: CommandRecord) throws -> UInt64 {
    var arguments: StatementArguments = [
      record.command.agentID.text, record.command.incidentID?.data, record.command.action.name.rawValue, record.state,
      try StoredBody.encode(CommandBody(record.command)), Data(record.envelope), record.proposedBy,
      record.proposedAt.milliseconds, try StoredBody.encode(record.approvedBy), Int64(record.signatures),
      Int64(record.signaturesNeeded), record.isReflex, record.isStanding, record.updatedAt.milliseconds,
      try record.outcome.map { outcome throws(CordonError) in try StoredBody.encode(OutcomeBody(outcome)) },
      Int64(clamping: record.revision + 1),
    ]
    arguments += [record.command.id.data]
    if record.revision == 0 {
      try db.cachedStatement(
        sql: """
          INSERT INTO commands (agent, incident, action, state, command, envelope, proposed_by, proposed_ms,
            approved_by, signatures, signatures_needed, reflex, standing, updated_ms, outcome, revision, id)
          VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING
          """
      ).execute(arguments: arguments)
      guard db.changesCount > 0 else {
        throw CordonError(.conflict, "command-exists", "There is a command \(record.command.id) already.")
      }
    } else {
      try db.cachedStatement(
        sql: """
          UPDATE commands SET agent = ?, incident = ?, action = ?, state = ?, command = ?, envelope = ?,
            proposed_by = ?, proposed_ms = ?, approved_by = ?, signatures = ?, signatures_needed = ?, reflex = ?,
            standing = ?, updated_ms = ?, outcome = ?, revision = ? WHERE id = ? AND revision = ?
          """
      ).execute(arguments: arguments + [Int64(clamping: record.revision)])
      guard db.changesCount > 0 else {
        throw CordonError(
          .conflict, "command-changed", "Command \(record.command.id) was changed in the meantime.",
          remedy: "Look at it again, and repeat the step if it is still right.")
      }
    }
    return record.revision + 1
  }
}
