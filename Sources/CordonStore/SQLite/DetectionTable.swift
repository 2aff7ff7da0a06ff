import CordonCore
import Foundation
import GRDB

/// Rows of `detections`, both ways.
enum DetectionTable {
  /// False, and nothing stored, where the id is taken.
  static func insert(
    _ db: Database, _ detection: Detection, agent: AgentID?, lane: Int64?, sequence: Int64?, at now: Timestamp
  ) throws -> Bool {
    try db.cachedStatement(
      sql: """
        INSERT INTO detections (id, agent, lane, sequence, stored_ms, severity, body) VALUES (?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (id) DO NOTHING
        """
    ).execute(arguments: [
      detection.id.data, agent?.text, lane, sequence, now.milliseconds, detection.severity.rawValue,
      StoredBody.encode(DetectionBody(detection)),
    ])
    return db.changesCount > 0
  }

  static func read(_ row: Row) throws -> StoredDetection {
    let id = try row.id("id", of: "detections")
    let body = try StoredBody.decode(DetectionBody.self, try row.value("body"), table: "detections", column: "body")
    var agent: AgentID?
    if try row.valueIfAny("agent") as String? != nil { agent = try row.agent("agent", of: "detections") }
    var verdict: DetectionVerdict?
    if let label = try row.valueIfAny("label") as String? {
      verdict = DetectionVerdict(
        label: label, note: try row.value("note"), by: try row.value("labelled_by"), at: try row.time("labelled_ms"))
    }
    return StoredDetection(
      detection: try body.domain(id: id), agent: agent, storedAt: try row.time("stored_ms"),
      incident: try row.idIfAny("incident", of: "detections"), verdict: verdict, p: try row.valueIfAny("p"))
  }
}
