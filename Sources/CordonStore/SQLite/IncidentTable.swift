import CordonCore
import Foundation
import GRDB

/// Rows of `incidents`, both ways.
enum IncidentTable {
  /// What `read` wants beside the columns.
  static let columns = "incidents.*, (SELECT MIN(p) FROM detections WHERE incident = incidents.id) AS p"

  static func read(_ row: Row) throws -> IncidentRecord {
    let names = try StoredBody.decode([String].self, row["agents"], table: "incidents", column: "agents")
    let agents = names.compactMap { AgentID($0) }
    guard agents.count == names.count else { throw StoreFailure.badRow("incidents", "agents") }
    return IncidentRecord(
      id: try row.id("id", of: "incidents"), state: row["state"], title: row["title"],
      severity: try row.choice(Severity.self, "severity", of: "incidents"), openedAt: row.time("opened_ms"),
      updatedAt: row.time("updated_ms"), firstEvent: row.time("first_event_ms"), lastEvent: row.time("last_event_ms"),
      owner: row["owner"], detections: row.unsigned32("detections"), agents: agents, p: row["p"])
  }

  static func upsert(_ db: Database, _ incident: IncidentRecord) throws {
    try db.cachedStatement(
      sql: """
        INSERT INTO incidents (id, state, title, severity, opened_ms, updated_ms, first_event_ms, last_event_ms, owner,
          detections, agents)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (id) DO UPDATE SET state = excluded.state, title = excluded.title, severity = excluded.severity,
          updated_ms = excluded.updated_ms, first_event_ms = excluded.first_event_ms,
          last_event_ms = excluded.last_event_ms, owner = excluded.owner, detections = excluded.detections,
          agents = excluded.agents
        """
    ).execute(arguments: [
      incident.id.data, incident.state, incident.title, incident.severity.rawValue, incident.openedAt.milliseconds,
      incident.updatedAt.milliseconds, incident.firstEvent.milliseconds, incident.lastEvent.milliseconds,
      incident.owner, Int64(incident.detections), StoredBody.encode(incident.agents.map(\.text)),
    ])
  }
}
