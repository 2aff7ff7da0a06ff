package import CordonCore
import Foundation
import GRDB

extension CollectorStore {
  /// Enrols an agent, taking one use of its token, in one transaction.
  ///
  /// An agent that enrols again (a reinstalled machine that kept its key) keeps its records.
  ///
  /// - Parameter token: SHA-256 of the token.
  /// - Throws: as `checkToken`; `agent-revoked`, `agent-quarantined`.
  package func enrol(
    _ agent: AgentRecord, token: [UInt8], at now: Timestamp, _ consequences: Consequences = .none
  ) async throws(CordonError) {
    try await write { db in
      let row = try TokenTable.require(db, digest: token, at: now)
      if let known = try Row.fetchOne(db, sql: "SELECT * FROM agents WHERE id = ?", arguments: [agent.id.text]) {
        let known = try AgentTable.read(known)
        guard known.state == .enrolled else {
          throw CordonError(
            .denied, "agent-\(known.state.rawValue)", "Agent \(agent.id) is \(known.state.rawValue).",
            remedy: "Give the machine a new key: remove its state folder, then enrol.")
        }
      }
      try db.execute(sql: "UPDATE tokens SET uses_left = uses_left - 1 WHERE id = ?", arguments: [row.id])
      try AgentTable.upsert(db, agent)
      try consequences.write(db, at: now)
    }
  }

  /// A new certificate, perhaps over a new key.
  ///
  /// - Throws: `agent-unknown`; `agent-revoked`, `agent-quarantined`.
  package func recordCertificate(
    of id: AgentID, keyDigest: [UInt8], notAfter: Timestamp, at now: Timestamp, _ consequences: Consequences = .none
  ) async throws(CordonError) {
    try await write { db in
      let agent = try AgentTable.require(db, id)
      guard agent.state == .enrolled else {
        throw CordonError(.denied, "agent-\(agent.state.rawValue)", "Agent \(id) is \(agent.state.rawValue).")
      }
      try db.execute(
        sql: "UPDATE agents SET key_digest = ?, certificate_not_after_ms = ? WHERE id = ?",
        arguments: [Data(keyDigest), notAfter.milliseconds, id.text])
      try consequences.write(db, at: now)
    }
  }

  /// Quarantines, revokes, or takes a quarantined agent back; a revoked one stays revoked. Ends its session.
  ///
  /// - Throws: `agent-unknown`; `agent-revoked`.
  package func setState(
    of id: AgentID, to state: AgentRecord.State, reason: String, at now: Timestamp, _ consequences: Consequences = .none
  ) async throws(CordonError) {
    try await write { db in
      let agent = try AgentTable.require(db, id)
      guard agent.state != .revoked || state == .revoked else {
        throw CordonError(.conflict, "agent-revoked", "Agent \(id) is revoked for ever.", remedy: "Enrol it anew.")
      }
      try consequences.write(db, at: now)
      try db.execute(
        sql: "UPDATE agents SET state = ?, reason = ? WHERE id = ?", arguments: [state.rawValue, reason, id.text])
      guard state != .enrolled else { return }
      try db.execute(sql: "DELETE FROM sessions WHERE agent = ?", arguments: [id.text])
    }
  }

  /// Moves an agent to another group.
  package func setGroup(
    of id: AgentID, to group: String, at now: Timestamp, _ consequences: Consequences = .none
  ) async throws(CordonError) {
    try await write { db in
      _ = try AgentTable.require(db, id)
      try db.execute(sql: "UPDATE agents SET team = ? WHERE id = ?", arguments: [group, id.text])
      try consequences.write(db, at: now)
    }
  }

  /// Nil where no such agent was ever enrolled.
  package func agent(_ id: AgentID) async throws(CordonError) -> AgentRecord? {
    try await read { db in
      try Row.fetchOne(db, sql: "SELECT * FROM agents WHERE id = ?", arguments: [id.text]).map(AgentTable.read)
    }
  }

  /// Agents in the order of their ids, a page at a time.
  package func agents(after: AgentID? = nil, most: Int = 10_000) async throws(CordonError) -> [AgentRecord] {
    try await read { db in
      try Row.fetchAll(
        db, sql: "SELECT * FROM agents WHERE id > ? ORDER BY id LIMIT ?", arguments: [after?.text ?? "", most]
      ).map(AgentTable.read)
    }
  }

  /// What an agent said when it connected.
  package func recordHello(
    of id: AgentID, version: String, bootID: String, clockOffset: Duration, policySerial: UInt64, rosterSerial: UInt64,
    at now: Timestamp
  ) async throws(CordonError) {
    try await write { db in
      try db.execute(
        sql: """
          UPDATE agents SET version = ?, boot = ?, clock_offset_ms = ?, policy_serial = ?, roster_serial = ?,
            last_seen_ms = ? WHERE id = ?
          """,
        arguments: [
          version, bootID, clockOffset.milliseconds, Int64(clamping: policySerial), Int64(clamping: rosterSerial),
          now.milliseconds, id.text,
        ])
    }
  }

  /// The newest heartbeats of many agents, in one transaction; those of unknown agents are left out.
  package func recordHeartbeats(_ beats: [AgentID: AgentHeartbeat], at now: Timestamp) async throws(CordonError) {
    guard !beats.isEmpty else { return }
    try await write { db in
      let update = try db.cachedStatement(
        sql: """
          UPDATE agents SET heartbeat = ?, last_seen_ms = ?, clock_offset_ms = ?, boot = ?, policy_serial = ?,
            roster_serial = ? WHERE id = ?
          """)
      for (agent, beat) in beats {
        try update.execute(arguments: [
          StoredBody.encode(beat), now.milliseconds, beat.clock.since(now).milliseconds, beat.bootID,
          Int64(clamping: beat.policySerial), Int64(clamping: beat.rosterSerial), agent.text,
        ])
      }
    }
  }

  /// Key digests of revoked agents and operators: no certificate over them is accepted.
  package func revokedKeyDigests() async throws(CordonError) -> Set<[UInt8]> {
    try await read { db in
      Set(
        try Data.fetchAll(
          db,
          sql: """
            SELECT key_digest FROM agents WHERE state = 'revoked' UNION
            SELECT key_digest FROM operators WHERE revoked = 1
            """
        ).map { [UInt8]($0) })
    }
  }
}
