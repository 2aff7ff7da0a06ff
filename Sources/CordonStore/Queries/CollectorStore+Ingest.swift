package import CordonCore
import Foundation
import GRDB

extension CollectorStore {
  /// Stores records, gaps and watermarks of all batches in one transaction, durable when it returns.
  ///
  /// Several batches may be of one lane: each extends the one before. A detection whose id is taken already is not
  /// stored, but recorded as a gap (`refused`): an agent cannot write over another's.
  ///
  /// - Throws: `ingest-watermark-moved` (conflict) where a batch's `after` is not the stored watermark;
  ///   `ingest-numbering` (defect) where a batch's numbers do not add up; `store-full` and its like. Nothing was stored
  ///   then, and the next commit works once the cause is gone.
  package func commit(_ batches: [NumberedBatch], at now: Timestamp) async throws(CordonError) {
    guard !batches.isEmpty else { return }
    try await write { db in
      var writer = try IngestWriter(db, at: now)
      for batch in batches { try writer.store(batch) }
      try writer.finish()
    }
  }

  /// Watermarks returned for one agent, at most: those of the epochs that it used last.
  ///
  /// As many as a Hello may ask about: one that was left out would look like a restored collector.
  package static let mostWatermarks = UplinkLimits.mostPositions

  /// The durable watermark of each lane and epoch of an agent that ever stored something, newest first.
  package func watermarks(of agent: AgentID) async throws(CordonError) -> [LanePosition] {
    try await read { db in
      try Row.fetchAll(
        db, sql: "SELECT lane, epoch, through FROM lanes WHERE agent = ? ORDER BY updated_ms DESC, ref DESC LIMIT ?",
        arguments: [agent.text, Self.mostWatermarks]
      ).map { row in
        LanePosition(
          lane: try row.choice(Lane.self, "lane", of: "lanes"), epoch: SpoolEpoch(stored: try row.value("epoch")),
          through: try row.unsigned("through"))
      }
    }
  }

  /// Records of an agent that will never come, newest first.
  package func gaps(of agent: AgentID, most: Int = 200) async throws(CordonError) -> [RecordGap] {
    try await read { db in
      try Row.fetchAll(
        db,
        sql: """
          SELECT lanes.lane, epoch, first, last, cause, recorded_ms FROM lanes JOIN gaps ON gaps.lane = lanes.ref
          WHERE agent = ? ORDER BY recorded_ms DESC, lanes.ref, first LIMIT ?
          """, arguments: [agent.text, most]
      ).map { row in
        let first = try row.unsigned("first")
        let cause = try row.choice(SkippedRange.Cause.self, "cause", of: "gaps")
        return RecordGap(
          agent: agent, epoch: SpoolEpoch(stored: try row.value("epoch")),
          lane: try row.choice(Lane.self, "lane", of: "lanes"),
          skipped: SkippedRange(first...max(first, try row.unsigned("last")), cause),
          recordedAt: try row.time("recorded_ms"))
      }
    }
  }
}
