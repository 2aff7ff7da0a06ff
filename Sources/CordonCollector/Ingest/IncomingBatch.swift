package import CordonCore

/// A batch as it came over an agent's stream: decoded, not yet believed.
package struct IncomingBatch: Sendable {
  package var lane: Lane
  package var epoch: SpoolEpoch
  /// Records are numbered from here in order, jumping over the skipped ranges.
  package var firstSequence: UInt64
  /// A record that could not be decoded holds its place as a failure, and is answered with a refusal.
  package var records: [Result<Record, CordonError>]
  package var skipped: [SkippedRange]

  package init(
    lane: Lane, epoch: SpoolEpoch, firstSequence: UInt64, records: [Result<Record, CordonError>],
    skipped: [SkippedRange] = []
  ) {
    self.lane = lane
    self.epoch = epoch
    self.firstSequence = firstSequence
    self.records = records
    self.skipped = skipped
  }
}

/// A record that can never be stored: its agent sets it aside and goes on.
package struct RecordRefusal: Hashable, Sendable {
  package var lane: Lane
  package var epoch: SpoolEpoch
  package var sequence: UInt64
  /// Why, with a stable code.
  package var reason: CordonError

  package init(lane: Lane, epoch: SpoolEpoch, sequence: UInt64, reason: CordonError) {
    self.lane = lane
    self.epoch = epoch
    self.sequence = sequence
    self.reason = reason
  }
}

/// What a batch is answered with: refusals first, then the lane's durable watermark.
package struct IngestReply: Hashable, Sendable {
  package var acknowledged: LanePosition
  package var refusals: [RecordRefusal]

  package init(acknowledged: LanePosition, refusals: [RecordRefusal] = []) {
    self.acknowledged = acknowledged
    self.refusals = refusals
  }
}
