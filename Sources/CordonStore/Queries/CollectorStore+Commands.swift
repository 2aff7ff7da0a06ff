package import CordonCore
import Foundation
import GRDB

extension CollectorStore {
  /// Makes a command (its revision is 0), or changes the copy that the caller read.
  ///
  /// - Returns: the record with its new revision.
  /// - Throws: `command-exists`, `command-changed` (conflict).
  @discardableResult
  package func saveCommand(
    _ record: CommandRecord, at now: Timestamp, _ consequences: Consequences = .none
  ) async throws(CordonError) -> CommandRecord {
    try await write { db in
      var saved = record
      saved.revision = try CommandTable.save(db, record)
      try consequences.write(db, at: now)
      return saved
    }
  }

  /// Nil where there is none.
  package func command(_ id: UniqueID) async throws(CordonError) -> CommandRecord? {
    try await read { db in
      try Row.fetchOne(db, sql: "SELECT * FROM commands WHERE id = ?", arguments: [id.data]).map(CommandTable.read)
    }
  }

  /// Proposed last first; of all states or of some.
  package func commands(
    in states: Set<String>? = nil, since: Timestamp = .epoch, most: Int
  ) async throws(CordonError) -> [CommandRecord] {
    try await read { db in
      let chosen = states.map { $0.sorted() } ?? []
      let condition =
        states == nil ? "" : "AND state IN (\(Array(repeating: "?", count: chosen.count).joined(separator: ",")))"
      return try Row.fetchAll(
        db,
        sql: "SELECT * FROM commands WHERE proposed_ms >= ? \(condition) ORDER BY proposed_ms DESC, id DESC LIMIT ?",
        arguments: [since.milliseconds] + StatementArguments(chosen) + [most]
      ).map(CommandTable.read)
    }
  }

  /// In the order in which they were proposed.
  package func commands(of incident: UniqueID) async throws(CordonError) -> [CommandRecord] {
    try await read { db in
      try Row.fetchAll(
        db, sql: "SELECT * FROM commands WHERE incident = ? ORDER BY proposed_ms, id", arguments: [incident.data]
      ).map(CommandTable.read)
    }
  }

  /// Outcomes that came in and were not yet drawn conclusions from, oldest first.
  package func unappliedOutcomes(most: Int = 200) async throws(CordonError) -> [StoredOutcome] {
    try await read { db in
      try Row.fetchAll(
        db,
        sql: """
          SELECT lanes.agent, lanes.epoch, outcomes.sequence, command, stored_ms, body
          FROM outcomes JOIN lanes ON lanes.ref = outcomes.lane
          WHERE applied = 0 ORDER BY stored_ms, lanes.ref, sequence LIMIT ?
          """, arguments: [most]
      ).map(Self.outcome)
    }
  }

  /// Every outcome of a command, in the order in which they came.
  package func outcomes(of command: UniqueID, most: Int = 200) async throws(CordonError) -> [StoredOutcome] {
    try await read { db in
      try Row.fetchAll(
        db,
        sql: """
          SELECT lanes.agent, lanes.epoch, outcomes.sequence, command, stored_ms, body
          FROM outcomes JOIN lanes ON lanes.ref = outcomes.lane
          WHERE command = ? ORDER BY stored_ms, lanes.ref, sequence LIMIT ?
          """, arguments: [command.data, most]
      ).map(Self.outcome)
    }
  }

  /// Marks an outcome as applied, with the command and incident as they are after it.
  ///
  /// - Parameter command: nil where the outcome tells nothing new.
  /// - Returns: false, and nothing changed, where it was applied already.
  @discardableResult
  package func apply(
    _ key: RecordKey, command: CommandRecord?, incident: IncidentRecord? = nil, at now: Timestamp,
    _ consequences: Consequences = .none
  ) async throws(CordonError) -> Bool {
    try await write { db in
      try db.execute(
        sql: """
          UPDATE outcomes SET applied = 1 WHERE applied = 0 AND sequence = ?
          AND lane = (SELECT ref FROM lanes WHERE agent = ? AND epoch = ? AND lane = ?)
          """,
        arguments: [Int64(clamping: key.sequence), key.agent.text, key.epoch.stored, key.lane.rawValue])
      guard db.changesCount > 0 else { return false }
      if let command { _ = try CommandTable.save(db, command) }
      if let incident { try IncidentTable.upsert(db, incident) }
      try consequences.write(db, at: now)
      return true
    }
  }

  private static func outcome(_ row: Row) throws -> StoredOutcome {
    let command = try row.id("command", of: "outcomes")
    let body = try StoredBody.decode(OutcomeBody.self, try row.value("body"), table: "outcomes", column: "body")
    return StoredOutcome(
      key: RecordKey(
        agent: try row.agent("agent", of: "lanes"), epoch: SpoolEpoch(stored: try row.value("epoch")), lane: .outcome,
        sequence: try row.unsigned("sequence")),
      storedAt: try row.time("stored_ms"), outcome: try body.domain(command: command))
  }
}
