import CordonCore
import Foundation
import GRDB

/// Rows of `agents`, both ways.
enum AgentTable {
  static func read(_ row: Row) throws -> AgentRecord {
    var heartbeat: AgentHeartbeat?
    if let text = row["heartbeat"] as String? {
      heartbeat = try StoredBody.decode(AgentHeartbeat.self, text, table: "agents", column: "heartbeat")
    }
    return AgentRecord(
      id: try row.agent("id", of: "agents"), label: row["label"], group: row["team"],
      state: try row.choice(AgentRecord.State.self, "state", of: "agents"), stateReason: row["reason"],
      keyDigest: row.bytes("key_digest"), sealingKey: row.bytes("sealing_key"), enrolledAt: row.time("enrolled_ms"),
      certificateNotAfter: row.time("certificate_not_after_ms"),
      lastSeen: (row["last_seen_ms"] as Int64?).map(Timestamp.init(milliseconds:)), version: row["version"],
      bootID: row["boot"], clockOffset: .milliseconds(row["clock_offset_ms"] as Int64),
      policySerial: row.unsigned("policy_serial"), rosterSerial: row.unsigned("roster_serial"), heartbeat: heartbeat)
  }

  /// Enrols, or enrols again under the same id; what the agent told since is kept.
  static func upsert(_ db: Database, _ agent: AgentRecord) throws {
    try db.cachedStatement(
      sql: """
        INSERT INTO agents (id, label, team, state, reason, key_digest, sealing_key, enrolled_ms,
          certificate_not_after_ms, version, boot)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (id) DO UPDATE SET label = excluded.label, team = excluded.team, state = excluded.state,
          reason = excluded.reason, key_digest = excluded.key_digest, sealing_key = excluded.sealing_key,
          enrolled_ms = excluded.enrolled_ms, certificate_not_after_ms = excluded.certificate_not_after_ms
        """
    ).execute(arguments: [
      agent.id.text, agent.label, agent.group, agent.state.rawValue, agent.stateReason, Data(agent.keyDigest),
      Data(agent.sealingKey), agent.enrolledAt.milliseconds, agent.certificateNotAfter.milliseconds, agent.version,
      agent.bootID,
    ])
  }

  /// - Throws: `agent-unknown`.
  static func require(_ db: Database, _ id: AgentID) throws -> AgentRecord {
    guard let row = try Row.fetchOne(db, sql: "SELECT * FROM agents WHERE id = ?", arguments: [id.text]) else {
      throw CordonError(
        .missing, "agent-unknown", "There is no agent \(id).", remedy: "cordon agent list shows those enrolled.")
    }
    return try read(row)
  }
}
