package import CordonCore
import Foundation
import GRDB

extension CollectorStore {
  /// Takes an agent's session for a collector; the last one to open has it.
  ///
  /// - Returns: the session that it displaced.
  /// - Throws: `agent-unknown`, `agent-revoked`, `agent-quarantined`.
  @discardableResult
  package func openSession(_ session: SessionRecord) async throws(CordonError) -> SessionRecord? {
    try await write { db in
      let agent = try AgentTable.require(db, session.agent)
      guard agent.state == .enrolled else {
        throw CordonError(.denied, "agent-\(agent.state.rawValue)", "Agent \(agent.id) is \(agent.state.rawValue).")
      }
      let before = try Row.fetchOne(
        db, sql: "SELECT * FROM sessions WHERE agent = ?", arguments: [session.agent.text]
      ).map(Self.session)
      try db.execute(
        sql: """
          INSERT INTO sessions (agent, session, collector, boot, since_ms) VALUES (?, ?, ?, ?, ?)
          ON CONFLICT (agent) DO UPDATE SET session = excluded.session, collector = excluded.collector,
            boot = excluded.boot, since_ms = excluded.since_ms
          """,
        arguments: [
          session.agent.text, session.session.data, session.collector, session.bootID, session.since.milliseconds,
        ])
      return before
    }
  }

  /// Gives a session up; nothing happens where another one took its place.
  package func closeSession(_ session: UniqueID, of agent: AgentID, at now: Timestamp) async throws(CordonError) {
    try await write { db in
      try db.execute(
        sql: "DELETE FROM sessions WHERE agent = ? AND session = ?", arguments: [agent.text, session.data])
      guard db.changesCount > 0 else { return }
      try db.execute(
        sql: "UPDATE agents SET last_seen_ms = ? WHERE id = ?", arguments: [now.milliseconds, agent.text])
    }
  }

  /// Ends what a collector held when it stopped without a word.
  package func clearSessions(of collector: String) async throws(CordonError) {
    try await write { db in
      try db.execute(sql: "DELETE FROM sessions WHERE collector = ?", arguments: [collector])
    }
  }

  /// Every session, or those that one collector holds.
  package func sessions(of collector: String? = nil) async throws(CordonError) -> [SessionRecord] {
    try await read { db in
      try Row.fetchAll(
        db, sql: "SELECT * FROM sessions WHERE ?1 IS NULL OR collector = ?1 ORDER BY agent", arguments: [collector]
      ).map(Self.session)
    }
  }

  private static func session(_ row: Row) throws -> SessionRecord {
    SessionRecord(
      agent: try row.agent("agent", of: "sessions"), session: try row.id("session", of: "sessions"),
      collector: try row.value("collector"), bootID: try row.value("boot"), since: try row.time("since_ms"))
  }
}
