package import CordonCore
import Foundation
import GRDB

extension CollectorStore {
  /// Places a detection in an incident, which is made or changed with it; orders that follow go out with it.
  ///
  /// - Parameter p: how rare its score is; nil where that is not known.
  /// - Returns: false, and nothing changed, where the detection has an incident already.
  /// - Throws: `detection-unknown`.
  @discardableResult
  package func place(
    _ detection: UniqueID, in incident: IncidentRecord, p: Double? = nil, command: CommandRecord? = nil,
    at now: Timestamp, _ consequences: Consequences = .none
  ) async throws(CordonError) -> Bool {
    try await write { db in
      let row = try Row.fetchOne(
        db, sql: "SELECT incident FROM detections WHERE id = ?", arguments: [detection.data])
      guard let row else {
        throw CordonError(.missing, "detection-unknown", "There is no detection \(detection).")
      }
      guard try row.idIfAny("incident", of: "detections") == nil else { return false }
      try IncidentTable.upsert(db, incident)
      try db.execute(
        sql: "UPDATE detections SET incident = ?, p = ? WHERE id = ?", arguments: [incident.id.data, p, detection.data])
      if let command { _ = try CommandTable.save(db, command) }
      try consequences.write(db, at: now)
      return true
    }
  }

  /// Moves an incident's detections into another one, which holds the same change seen whole, and closes it.
  ///
  /// - Throws: `incident-unknown` unless both are there.
  package func absorb(_ part: UniqueID, into whole: UniqueID, at now: Timestamp) async throws(CordonError) {
    try await write { db in
      func incident(_ id: UniqueID) throws -> IncidentRecord {
        let row = try Row.fetchOne(db, sql: "SELECT * FROM incidents WHERE id = ?", arguments: [id.data])
        guard let row else { throw CordonError(.missing, "incident-unknown", "There is no incident \(id).") }
        return try IncidentTable.read(row)
      }
      var closed = try incident(part)
      var grown = try incident(whole)
      grown.detections += closed.detections
      grown.agents += closed.agents.filter { !grown.agents.contains($0) }
      grown.severity = max(grown.severity, closed.severity)
      grown.firstEvent = min(grown.firstEvent, closed.firstEvent)
      grown.lastEvent = max(grown.lastEvent, closed.lastEvent)
      grown.updatedAt = max(grown.updatedAt, now)
      closed.state = IncidentRecord.closedState
      closed.updatedAt = max(closed.updatedAt, now)
      try IncidentTable.upsert(db, grown)
      try IncidentTable.upsert(db, closed)
      try db.execute(
        sql: "UPDATE detections SET incident = ? WHERE incident = ?", arguments: [whole.data, part.data])
      try Consequences(timeline: [
        TimelineEntry(incident: part, at: now, kind: "absorbed", text: "Part of a change that many show: \(whole)"),
        TimelineEntry(incident: whole, at: now, kind: "absorbed", text: "Took in \(closed.title)"),
      ]).write(db, at: now)
    }
  }

  /// Makes or changes an incident.
  package func saveIncident(
    _ incident: IncidentRecord, at now: Timestamp, _ consequences: Consequences = .none
  ) async throws(CordonError) {
    try await write { db in
      try IncidentTable.upsert(db, incident)
      try consequences.write(db, at: now)
    }
  }

  /// Touched last first.
  package func incidents(closedToo: Bool, most: Int) async throws(CordonError) -> [IncidentRecord] {
    try await read { db in
      try Row.fetchAll(
        db,
        sql: """
          SELECT \(IncidentTable.columns) FROM incidents \(closedToo ? "" : "WHERE state <> 'closed'")
          ORDER BY updated_ms DESC, id DESC LIMIT ?
          """, arguments: [most]
      ).map(IncidentTable.read)
    }
  }

  /// Nil where there is none.
  package func incident(_ id: UniqueID) async throws(CordonError) -> IncidentRecord? {
    try await read { db in
      try Row.fetchOne(
        db, sql: "SELECT \(IncidentTable.columns) FROM incidents WHERE id = ?", arguments: [id.data]
      ).map(IncidentTable.read)
    }
  }

  /// An incident's history, oldest first.
  package func timeline(of incident: UniqueID, most: Int = 1_000) async throws(CordonError) -> [TimelineEntry] {
    try await read { db in
      try Row.fetchAll(
        db, sql: "SELECT * FROM timeline WHERE incident = ? ORDER BY at_ms, entry LIMIT ?",
        arguments: [incident.data, most]
      ).map { row in
        TimelineEntry(
          incident: try row.id("incident", of: "timeline"), at: try row.time("at_ms"), kind: try row.value("kind"),
          text: try row.value("text"))
      }
    }
  }
}
