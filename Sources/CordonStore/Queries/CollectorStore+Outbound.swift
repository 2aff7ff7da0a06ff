package import CordonCore
import Foundation
import GRDB

extension CollectorStore {
  /// Decides without any other change: puts envelopes on their way, writes to ledger and timelines.
  package func decide(_ consequences: Consequences, at now: Timestamp) async throws(CordonError) {
    try await write { db in try consequences.write(db, at: now) }
  }

  /// Envelopes that an agent has not answered, in their order: all of them are sent again on a new stream.
  package func openOutbound(
    of agent: AgentID, after serial: UInt64 = 0, most: Int = 100
  ) async throws(CordonError) -> [OutboundRecord] {
    try await read { db in
      try Row.fetchAll(
        db,
        sql: """
          SELECT * FROM outbound WHERE agent = ? AND serial > ? AND state IN ('pending', 'delivered')
          ORDER BY serial LIMIT ?
          """, arguments: [agent.text, Int64(clamping: serial), most]
      ).map(Self.outbound)
    }
  }

  /// Agents of a collector's sessions for whom something was never sent.
  package func agentsWithPendingOutbound(of collector: String) async throws(CordonError) -> [AgentID] {
    try await read { db in
      try Row.fetchAll(
        db,
        sql: """
          SELECT DISTINCT outbound.agent FROM outbound JOIN sessions ON sessions.agent = outbound.agent
          WHERE outbound.state = 'pending' AND sessions.collector = ? ORDER BY outbound.agent
          """, arguments: [collector]
      ).map { row in try row.agent("agent", of: "outbound") }
    }
  }

  /// An envelope was written to the agent's stream.
  package func markDelivered(_ serial: UInt64, to agent: AgentID) async throws(CordonError) {
    try await write { db in
      try db.execute(
        sql: "UPDATE outbound SET state = 'delivered' WHERE agent = ? AND serial = ? AND state = 'pending'",
        arguments: [agent.text, Int64(clamping: serial)])
    }
  }

  /// The agent's word on an envelope; a repeat changes nothing.
  ///
  /// - Returns: the row as it is now, nil where the agent answers what it was never sent.
  @discardableResult
  package func answerOutbound(
    _ serial: UInt64, of agent: AgentID, _ answer: OutboundRecord.Answer, code: String = "", message: String = "",
    at now: Timestamp, _ consequences: Consequences = .none
  ) async throws(CordonError) -> OutboundRecord? {
    try await write { db in
      try db.execute(
        sql: """
          UPDATE outbound SET state = 'answered', answer = ?, code = ?, message = ?
          WHERE agent = ? AND serial = ? AND state <> 'answered'
          """, arguments: [answer.rawValue, code, message, agent.text, Int64(clamping: serial)])
      if db.changesCount > 0 { try consequences.write(db, at: now) }
      return try Row.fetchOne(
        db, sql: "SELECT * FROM outbound WHERE agent = ? AND serial = ?",
        arguments: [agent.text, Int64(clamping: serial)]
      ).map(Self.outbound)
    }
  }

  static func outbound(_ row: Row) throws -> OutboundRecord {
    var answer: OutboundRecord.Answer?
    if try row.valueIfAny("answer") as String? != nil {
      answer = try row.choice(OutboundRecord.Answer.self, "answer", of: "outbound")
    }
    return OutboundRecord(
      agent: try row.agent("agent", of: "outbound"), serial: try row.unsigned("serial"), type: try row.value("type"),
      envelope: try row.bytes("envelope"), state: try row.choice(OutboundRecord.State.self, "state", of: "outbound"),
      createdAt: try row.time("created_ms"), answer: answer, code: try row.value("code"),
      message: try row.value("message"))
  }
}
