import CordonCollector
import CordonCore

/// A lane as the whole fleet's store knows it.
struct StoredLane: Hashable {
  var agent: AgentID
  var place: LaneKey

  struct LaneKey: Hashable {
    var epoch: SpoolEpoch
    var lane: Lane
  }
}

/// The collector's disk: a value, so that a snapshot is a copy.
struct SimulatedStore {
  /// Content numbers by sequence.
  var records: [StoredLane: [UInt64: UInt64]] = [:]
  var gaps: [StoredLane: [SkippedRange]] = [:]
  var watermarks: [StoredLane: UInt64] = [:]
  var isFull = false

  /// As `IngestStore` promises: all of it or none.
  mutating func commit(_ batches: [NumberedBatch]) throws(CordonError) {
    if isFull { throw CordonError(.exhausted, "store-full", "The disk is full.") }
    var next = self
    for batch in batches {
      let lane = StoredLane(agent: batch.agent, place: .init(epoch: batch.epoch, lane: batch.lane))
      guard next.watermarks[lane, default: 0] == batch.after else {
        throw CordonError(.conflict, "ingest-watermark-moved", "The watermark is not where the batch begins.")
      }
      for numbered in batch.records {
        next.records[lane, default: [:]][numbered.sequence] = Content.number(of: numbered.record)
      }
      next.gaps[lane, default: []] += batch.gaps
      next.watermarks[lane] = batch.through
    }
    self = next
  }

  func watermarks(of agent: AgentID) -> [LanePosition] {
    watermarks.filter { $0.key.agent == agent }.map {
      LanePosition(lane: $0.key.place.lane, epoch: $0.key.place.epoch, through: $0.value)
    }
  }
}
