import CordonCore
import Foundation
import GRDB

/// Rows of `incidents`, both ways.
enum IncidentTable {
  /// What `read` wants beside the columns.
  static let columns = "incidents.*, (SELECT MIN(p) FROM detections WHERE incident = incidents.id) AS p"

  static func read(_ row: Row) throws -> IncidentRecord {
    let names = try StoredBody.decode([String].self, try row.value("agents"), table: "incidents", column: "agents")
    let agents = names.compactMap { AgentID($0) }
    guard agents.count == names.count else { throw StoreFailure.badRow("incidents", "agents") }
    return IncidentRecord(
      id: try row.id("id", of: "incidents"), state: try row.value("state"), title: try row.value("title"),
      severity: try row.choice(Severity.self, "severity", of: "incidents"), openedAt: try row.time("opened_ms"),
      updatedAt: try row.time("updated_ms"), firstEvent: try row.time("first_event_ms"),
      lastEvent: try row.time("last_event_ms"), owner: try row.value("owner"),
      detections: try row.unsigned32("detections"), agents: agents, p: try row.valueIfAny("p"))
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
