/// What identifies a record for ever: the agent's own numbering.
package struct RecordKey: Hashable, Sendable {
  package var agent: AgentID
  package var epoch: SpoolEpoch
  package var lane: Lane
  package var sequence: UInt64

  package init(agent: AgentID, epoch: SpoolEpoch, lane: Lane, sequence: UInt64) {
    self.agent = agent
    self.epoch = epoch
    self.lane = lane
    self.sequence = sequence
  }
}

/// A window as the collector stored it.
package struct StoredWindow: Hashable, Sendable {
  package var key: RecordKey
  package var receivedAt: Timestamp
  package var window: EntityWindow

  package init(key: RecordKey, receivedAt: Timestamp, window: EntityWindow) {
    self.key = key
    self.receivedAt = receivedAt
    self.window = window
  }
}

/// An agent's word on a command, as the collector stored it.
package struct StoredOutcome: Hashable, Sendable {
  package var key: RecordKey
  package var storedAt: Timestamp
  package var outcome: Outcome

  package init(key: RecordKey, storedAt: Timestamp, outcome: Outcome) {
    self.key = key
    self.storedAt = storedAt
    self.outcome = outcome
  }
}

/// Records of an agent that will never come, and why.
package struct RecordGap: Hashable, Sendable {
  package var agent: AgentID
  package var epoch: SpoolEpoch
  package var lane: Lane
  package var skipped: SkippedRange
  package var recordedAt: Timestamp

  package init(agent: AgentID, epoch: SpoolEpoch, lane: Lane, skipped: SkippedRange, recordedAt: Timestamp) {
    self.agent = agent
    self.epoch = epoch
    self.lane = lane
    self.skipped = skipped
    self.recordedAt = recordedAt
  }
}
