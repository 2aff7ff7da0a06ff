package import CordonCore

extension IngestMachine {
  /// What is known of an agent without asking the store.
  package enum Opening: Sendable {
    case known
    /// Read the agent's watermarks, then `open(_:loaded:asOf:)` with this mark.
    case load(mark: UInt64)
  }

  /// A stream of an agent begins.
  package mutating func beginOpening(_ agent: AgentID) -> Opening {
    guard agents[agent] != nil else { return .load(mark: forgotten) }
    agents[agent]?.streams += 1
    return .known
  }

  /// Takes over watermarks read from the store; false where they may be stale by now and are to be read again.
  package mutating func open(_ agent: AgentID, loaded: [LanePosition], asOf mark: UInt64) -> Bool {
    if agents[agent] != nil {
      agents[agent]?.streams += 1
      return true
    }
    guard mark == forgotten else { return false }
    var entry = Agent(streams: 1)
    for position in loaded {
      entry.epochs.insert(position.epoch)
      entry.lanes[EpochLane(epoch: position.epoch, lane: position.lane)] = Progress(
        durable: position.through, accepted: position.through)
    }
    agents[agent] = entry
    return true
  }

  /// The durable watermarks of what a Hello asked about (0 where nothing is stored), for the Welcome.
  package func watermarks(of agent: AgentID, asked: [LanePosition]) -> [LanePosition] {
    asked.map { position in
      let lane = EpochLane(epoch: position.epoch, lane: position.lane)
      return LanePosition(
        lane: position.lane, epoch: position.epoch, through: agents[agent]?.lanes[lane]?.durable ?? 0)
    }
  }

  /// A stream of an agent ended; what it had sent and waits is still stored.
  package mutating func close(_ agent: AgentID) {
    guard let streams = agents[agent]?.streams, streams > 0 else { return }
    agents[agent]?.streams = streams - 1
    forgetIfIdle(agent)
  }

  /// Admits a batch's epoch; bounded, or an agent could make watermark rows without end.
  mutating func admit(_ epoch: SpoolEpoch, of agent: AgentID) throws(CordonError) {
    guard let entry = agents[agent], entry.streams > 0 else {
      throw CordonError(
        .unavailable, "ingest-not-open", "Agent \(agent) sent a batch outside an open stream.",
        remedy: "Connect again; the watermarks are read anew then.")
    }
    guard !entry.epochs.contains(epoch) else { return }
    guard entry.newEpochs.count < Self.mostNewEpochs else {
      throw CordonError(
        .exhausted, "ingest-too-many-epochs", "Agent \(agent) named more than \(Self.mostNewEpochs) new spool epochs.",
        remedy: "Find out why its spool is created again and again.")
    }
    agents[agent]?.newEpochs.insert(epoch)
    agents[agent]?.epochs.insert(epoch)
  }

  mutating func forgetIfIdle(_ agent: AgentID) {
    guard let entry = agents[agent], entry.streams == 0 else { return }
    guard !waiting.contains(where: { $0.agent == agent }), !committing.contains(where: { $0.agent == agent }) else {
      return
    }
    forget(agent)
  }

  mutating func forget(_ agent: AgentID) {
    guard agents.removeValue(forKey: agent) != nil else { return }
    forgotten &+= 1
  }
}

/// What a collector's intake has done since it started.
package struct IngestCounters: Hashable, Sendable {
  package var records = 0
  package var gaps = 0
  package var commits = 0
  package var failedCommits = 0
  /// Records that came again.
  package var duplicates = 0
  package var refusedRecords = 0
  package var refusedBatches = 0
  /// Batches that left a hole before them; their agent sends them again.
  package var outOfOrder = 0

  package init() {}
}
