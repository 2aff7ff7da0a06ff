import CordonCore
import Foundation
import GRDB

/// Rows of `agents`, both ways.
enum AgentTable {
  static func read(_ row: Row) throws -> AgentRecord {
    var heartbeat: AgentHeartbeat?
    if let text = try row.valueIfAny("heartbeat") as String? {
      heartbeat = try StoredBody.decode(AgentHeartbeat.self, text, table: "agents", column: "heartbeat")
    }
    return AgentRecord(
      id: try row.agent("id", of: "agents"), label: try row.value("label"), group: try row.value("team"),
      state: try row.choice(AgentRecord.State.self, "state", of: "agents"), stateReason: try row.value("reason"),
      keyDigest: try row.bytes("key_digest"), sealingKey: try row.bytes("sealing_key"),
      enrolledAt: try row.time("enrolled_ms"),
      certificateNotAfter: try row.time("certificate_not_after_ms"),
      lastSeen: (try row.valueIfAny("last_seen_ms") as Int64?).map(Timestamp.init(milliseconds:)),
      version: try row.value("version"),
      bootID: try row.value("boot"), clockOffset: .milliseconds(try row.value("clock_offset_ms") as Int64),
      policySerial: try row.unsigned("policy_serial"), rosterSerial: try row.unsigned("roster_serial"),
      heartbeat: heartbeat)
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
