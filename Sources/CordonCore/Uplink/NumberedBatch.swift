/// A record with the number that its agent gave it.
package struct NumberedRecord: Hashable, Sendable {
  /// From 1; only (agent, epoch, lane, sequence) identifies a record.
  package var sequence: UInt64
  package var record: Record

  package init(sequence: UInt64, record: Record) {
    self.sequence = sequence
    self.record = record
  }
}

/// Records of one agent's lane that are stored together with the watermark, in one transaction.
///
/// Every number from `after + 1` to `through` is either in `records` or in `gaps`, both ascending.
package struct NumberedBatch: Hashable, Sendable {
  package var agent: AgentID
  package var lane: Lane
  package var epoch: SpoolEpoch
  /// The watermark that this batch extends (0: none yet); a store whose own differs refuses the commit.
  package var after: UInt64
  /// The watermark once the batch is stored.
  package var through: UInt64
  package var records: [NumberedRecord]
  /// Numbers that will never come; each becomes a row with its cause.
  package var gaps: [SkippedRange]

  package init(
    agent: AgentID, lane: Lane, epoch: SpoolEpoch, after: UInt64, through: UInt64, records: [NumberedRecord],
    gaps: [SkippedRange] = []
  ) {
    self.agent = agent
    self.lane = lane
    self.epoch = epoch
    self.after = after
    self.through = through
    self.records = records
    self.gaps = gaps
  }

  /// The durable watermark that an acknowledgement names once the batch is stored.
  package var position: LanePosition { LanePosition(lane: lane, epoch: epoch, through: through) }
}
