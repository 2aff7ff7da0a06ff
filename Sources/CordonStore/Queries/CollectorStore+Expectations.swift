package import CordonCore
import Foundation
import GRDB

extension CollectorStore {
  /// Expectations looked at, at most.
  package static let mostExpectations = 10_000

  /// What analysts expect beyond a moment.
  package func expectations(at now: Timestamp) async throws(CordonError) -> [Expectation] {
    try await read { db in
      try Row.fetchAll(
        db, sql: "SELECT * FROM expectations WHERE until_ms > ? ORDER BY until_ms LIMIT ?",
        arguments: [now.milliseconds, Self.mostExpectations]
      ).map { row in
        Expectation(
          detection: try row.id("detection", of: "expectations"), rule: try row.value("rule"),
          scope: try row.choice(Expectation.Scope.self, "scope", of: "expectations"),
          entity: try row.bytesIfAny("entity").map { bytes in try EntityKey.decode(bytes) },
          group: try row.valueIfAny("team"),
          until: try row.time("until_ms"), madeBy: try row.value("made_by"))
      }
    }
  }

  /// Behavioural detections that came since, newest first: what the alert rate is counted from.
  package func behaviourDetections(since: Timestamp, most: Int = 10_000) async throws(CordonError) -> [StoredDetection]
  {
    try await detections(of: [.behaviour], since: since, most: most)
  }

  /// Detections of some kinds that came since, newest first.
  package func detections(
    of kinds: [Detection.Kind], since: Timestamp, most: Int
  ) async throws(CordonError) -> [StoredDetection] {
    try await read { db in
      let list = kinds.map { "\($0.rawValue)" }.joined(separator: ", ")
      return try Row.fetchAll(
        db,
        sql: """
          SELECT * FROM detections WHERE stored_ms >= ? AND json_extract(body, '$.kind') IN (\(list))
          ORDER BY stored_ms DESC, id DESC LIMIT ?
          """, arguments: [since.milliseconds, most]
      ).map(DetectionTable.read)
    }
  }

  static func keep(_ expectation: Expectation, _ db: Database) throws {
    try db.execute(
      sql: """
        INSERT OR REPLACE INTO expectations (detection, rule, scope, entity, team, until_ms, made_by)
        VALUES (?, ?, ?, ?, ?, ?, ?)
        """,
      arguments: [
        expectation.detection.data, expectation.rule, expectation.scope.rawValue,
        expectation.entity.map { Data(EntityKey.encode($0)) }, expectation.group, expectation.until.milliseconds,
        expectation.madeBy,
      ])
  }
}
