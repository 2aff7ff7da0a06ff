package import CordonCore
import Foundation
import GRDB

extension CollectorStore {
  /// Stores a detection that the collector raised itself.
  ///
  /// - Throws: `detection-exists` (conflict).
  package func storeDetection(
    _ detection: Detection, agent: AgentID?, at now: Timestamp, _ consequences: Consequences = .none
  ) async throws(CordonError) {
    try await write { db in
      guard try DetectionTable.insert(db, detection, agent: agent, lane: nil, sequence: nil, at: now) else {
        throw CordonError(.conflict, "detection-exists", "There is a detection \(detection.id) already.")
      }
      try Totals.add(db, Totals.detections, 1)
      try consequences.write(db, at: now)
    }
  }

  /// Detections that no incident has taken up yet, oldest first: what a stopped collector left is found again.
  package func uncorrelatedDetections(most: Int = 200) async throws(CordonError) -> [StoredDetection] {
    try await read { db in
      try Row.fetchAll(
        db, sql: "SELECT * FROM detections WHERE incident IS NULL ORDER BY stored_ms, id LIMIT ?", arguments: [most]
      ).map(DetectionTable.read)
    }
  }

  /// Stored at or after a time, newest first.
  package func detections(since: Timestamp, most: Int) async throws(CordonError) -> [StoredDetection] {
    try await read { db in
      try Row.fetchAll(
        db, sql: "SELECT * FROM detections WHERE stored_ms >= ? ORDER BY stored_ms DESC, id DESC LIMIT ?",
        arguments: [since.milliseconds, most]
      ).map(DetectionTable.read)
    }
  }

  /// In the order in which they were stored.
  package func detections(of incident: UniqueID, most: Int = 1_000) async throws(CordonError) -> [StoredDetection] {
    try await read { db in
      try Row.fetchAll(
        db, sql: "SELECT * FROM detections WHERE incident = ? ORDER BY stored_ms, id LIMIT ?",
        arguments: [incident.data, most]
      ).map(DetectionTable.read)
    }
  }

  /// Nil where there is none.
  package func detection(_ id: UniqueID) async throws(CordonError) -> StoredDetection? {
    try await read { db in
      try Row.fetchOne(db, sql: "SELECT * FROM detections WHERE id = ?", arguments: [id.data]).map(DetectionTable.read)
    }
  }

  /// An analyst's verdict, which may change the incident with it, and what is expected from now on.
  ///
  /// - Throws: `detection-unknown`.
  package func label(
    _ id: UniqueID, _ verdict: DetectionVerdict, incident: IncidentRecord? = nil, expecting: Expectation? = nil,
    _ consequences: Consequences = .none
  ) async throws(CordonError) {
    try await write { db in
      try db.execute(
        sql: "UPDATE detections SET label = ?, note = ?, labelled_by = ?, labelled_ms = ? WHERE id = ?",
        arguments: [verdict.label, verdict.note, verdict.by, verdict.at.milliseconds, id.data])
      guard db.changesCount > 0 else {
        throw CordonError(
          .missing, "detection-unknown", "There is no detection \(id).",
          remedy: "cordon detection list shows the newest.")
      }
      if let incident { try IncidentTable.upsert(db, incident) }
      if let expecting { try Self.keep(expecting, db) }
      try consequences.write(db, at: verdict.at)
    }
  }
}
