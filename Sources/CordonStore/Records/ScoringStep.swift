package import CordonCore
import Foundation
import GRDB

/// What scoring some users' windows changed.
package struct ScoringStep: Sendable {
  package var windows: [ScoredWindow]
  package var watches: [WatchRecord]
  /// Peer groups by group, of `schema`.
  package var peers: [String: [UInt8]]
  package var schema: UInt32
  package var maxima: [DailyScore]
  package var detections: [Detection]
  package var consequences: Consequences

  package init(
    schema: UInt32, windows: [ScoredWindow] = [], watches: [WatchRecord] = [], peers: [String: [UInt8]] = [:],
    maxima: [DailyScore] = [], detections: [Detection] = [], consequences: Consequences = .none
  ) {
    self.schema = schema
    self.windows = windows
    self.watches = watches
    self.peers = peers
    self.maxima = maxima
    self.detections = detections
    self.consequences = consequences
  }

  func write(_ db: Database, at now: Timestamp) throws {
    for window in windows { try ScoreTable.setScores(window, db) }
    for watch in watches { try ScoreTable.keep(watch, db, at: now) }
    for (group, state) in peers {
      try db.cachedStatement(sql: "INSERT OR REPLACE INTO peer_groups (schema, team, state) VALUES (?, ?, ?)")
        .execute(arguments: [Int64(schema), group, Data(state)])
    }
    for maximum in maxima { try ScoreTable.raise(maximum, db) }
    for detection in detections {
      guard try DetectionTable.insert(db, detection, agent: nil, lane: nil, sequence: nil, at: now) else {
        throw CordonError(.conflict, "detection-exists", "There is a detection \(detection.id) already.")
      }
      try Totals.add(db, Totals.detections, 1)
    }
    try consequences.write(db, at: now)
  }
}
