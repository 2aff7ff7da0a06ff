package import CordonCore

/// Decides what of the agents' batches is stored, and when: the collector's half of exactly-once.
///
/// A value without input or output: the shell hands in batches and the time since some origin, carries out commits, and
/// reports how they went. Invariant: of each lane, `durable <= accepted`, everything at or below `durable` is stored,
/// everything between waits in a group, and nothing is accepted that does not extend `accepted` without a hole.
package struct IngestMachine: Sendable {
  /// What to do with a batch.
  package enum Decision: Sendable {
    /// There is nothing to store.
    case answer(IngestReply)
    /// The answer comes when the group that holds this ticket is committed.
    case wait(ticket: UInt64)
    /// The batch is not one that an honest agent cuts, or its stream is not open: the stream ends.
    case refuse(CordonError)
  }

  /// What the committing shell does next.
  package enum Step: Sendable {
    case commit([NumberedBatch])
    case sleep(Duration)
    case rest
  }

  struct EpochLane: Hashable, Sendable {
    var epoch: SpoolEpoch
    var lane: Lane
  }

  struct Progress: Sendable {
    var durable: UInt64 = 0
    var accepted: UInt64 = 0
  }

  struct Agent: Sendable {
    var streams = 0
    /// Epochs that were first seen while these streams were open; bounded, or an agent could make rows without end.
    var newEpochs: Set<SpoolEpoch> = []
    var epochs: Set<SpoolEpoch> = []
    var lanes: [EpochLane: Progress] = [:]
  }

  struct Waiting: Sendable {
    var ticket: UInt64
    var agent: AgentID
    var lane: EpochLane
    /// Nil for a repetition of something that itself still waits.
    var batch: NumberedBatch?
    var refusals: [RecordRefusal]
  }

  /// An honest agent opens one epoch a start and sends what is left of older ones.
  package static let mostNewEpochs = 1_100

  package internal(set) var settings: IngestSettings
  package internal(set) var counters = IngestCounters()
  var agents: [AgentID: Agent] = [:]
  /// Moves whenever an agent's lanes are forgotten: watermarks that were read before are stale then.
  package internal(set) var forgotten: UInt64 = 0
  var waiting: [Waiting] = []
  var waitingSince: Duration?
  var committing: [Waiting] = []
  private var nextTicket: UInt64 = 1

  package init(settings: IngestSettings = IngestSettings()) { self.settings = settings }

  /// Records that wait for a commit or are in one.
  package private(set) var pendingRecords = 0

  /// Whether a further batch should wait until a commit has made room.
  package var isFull: Bool { pendingRecords >= settings.mostPendingRecords }

  // MARK: Batches

  /// Judges one batch of an agent's stream.
  package mutating func receive(_ batch: IncomingBatch, from agent: AgentID, at now: Duration) -> Decision {
    let plausible: PlausibleBatch
    do throws(CordonError) {
      plausible = try batch.numbered(within: settings)
      try admit(batch.epoch, of: agent)
    } catch {
      counters.refusedBatches += 1
      return .refuse(error)
    }
    let lane = EpochLane(epoch: batch.epoch, lane: batch.lane)
    let progress = agents[agent]?.lanes[lane] ?? Progress()
    if plausible.through <= progress.accepted {
      counters.duplicates += plausible.records.count
      guard progress.durable < progress.accepted else { return .answer(reply(agent, lane)) }
      return .wait(ticket: enqueue(nil, of: agent, lane, refusals: [], at: now))
    }
    guard plausible.first <= progress.accepted + 1 else {
      // Legitimate after a refusal: batches that were under way then come back once the agent has set the record aside.
      counters.outOfOrder += 1
      return .answer(reply(agent, lane))
    }
    let (accepted, refusals) = cut(plausible, of: agent, lane, after: progress.accepted)
    counters.refusedRecords += refusals.count
    guard let accepted else { return .answer(reply(agent, lane, refusals)) }
    counters.duplicates += plausible.records.count { $0.sequence <= progress.accepted }
    agents[agent]?.lanes[lane, default: Progress()].accepted = accepted.through
    return .wait(ticket: enqueue(accepted, of: agent, lane, refusals: refusals, at: now))
  }

  /// What extends the watermark without a hole, up to the first record that can never be stored.
  private func cut(_ batch: PlausibleBatch, of agent: AgentID, _ lane: EpochLane, after: UInt64) -> (
    NumberedBatch?, [RecordRefusal]
  ) {
    var through = batch.through
    var refusals: [RecordRefusal] = []
    var records: [NumberedRecord] = []
    records.reserveCapacity(batch.records.count)
    for (sequence, record) in batch.records where sequence > after {
      switch record {
      case .success(let record):
        if refusals.isEmpty { records.append(NumberedRecord(sequence: sequence, record: record)) }
      case .failure(let reason):
        if refusals.isEmpty { through = sequence - 1 }
        refusals.append(RecordRefusal(lane: lane.lane, epoch: lane.epoch, sequence: sequence, reason: reason))
      }
    }
    guard through > after else { return (nil, refusals) }
    let gaps = batch.skipped.compactMap { skipped -> SkippedRange? in
      let lower = max(skipped.range.lowerBound, after + 1)
      let upper = min(skipped.range.upperBound, through)
      return lower <= upper ? SkippedRange(lower...upper, skipped.cause) : nil
    }
    let numbered = NumberedBatch(
      agent: agent, lane: lane.lane, epoch: lane.epoch, after: after, through: through, records: records, gaps: gaps)
    return (numbered, refusals)
  }

  private mutating func enqueue(
    _ batch: NumberedBatch?, of agent: AgentID, _ lane: EpochLane, refusals: [RecordRefusal], at now: Duration
  ) -> UInt64 {
    let ticket = nextTicket
    nextTicket += 1
    waiting.append(Waiting(ticket: ticket, agent: agent, lane: lane, batch: batch, refusals: refusals))
    if waitingSince == nil { waitingSince = now }
    pendingRecords += batch?.records.count ?? 0
    return ticket
  }

  func reply(_ agent: AgentID, _ lane: EpochLane, _ refusals: [RecordRefusal] = []) -> IngestReply {
    let durable = agents[agent]?.lanes[lane]?.durable ?? 0
    return IngestReply(
      acknowledged: LanePosition(lane: lane.lane, epoch: lane.epoch, through: durable), refusals: refusals)
  }

  // MARK: Groups

  /// What is to be done now: one commit at a time, when a group is large or old enough.
  package mutating func nextStep(at now: Duration) -> Step {
    guard committing.isEmpty, let since = waitingSince else { return .rest }
    let records = waiting.reduce(0) { $0 + ($1.batch?.records.count ?? 0) }
    let age = now - since
    guard records >= settings.groupRecords || age >= settings.groupDelay else {
      return .sleep(settings.groupDelay - age)
    }
    var taken = 0
    var count = 0
    while count < waiting.count, taken < settings.groupRecords {
      taken += waiting[count].batch?.records.count ?? 0
      count += 1
    }
    committing = Array(waiting[..<count])
    waiting.removeSubrange(..<count)
    waitingSince = waiting.isEmpty ? nil : now
    return .commit(committing.compactMap(\.batch))
  }

  /// The commit returned; `failures` names the agents whose batches were not stored.
  ///
  /// What a failed agent's streams sent further is not stored either, and its lanes are read anew when it reconnects.
  /// - Returns: the answer for every ticket that is settled.
  package mutating func finish(failures: [AgentID: CordonError] = [:]) -> [(
    ticket: UInt64,
    reply: Result<
      IngestReply, CordonError
    >
  )] {
    var settled = committing
    committing = []
    for item in settled where failures[item.agent] == nil {
      guard let batch = item.batch else { continue }
      counters.records += batch.records.count
      counters.gaps += batch.gaps.count
      agents[item.agent]?.lanes[item.lane]?.durable = batch.through
    }
    counters.commits += 1
    if !failures.isEmpty {
      counters.failedCommits += 1
      settled += waiting.filter { failures[$0.agent] != nil }
      waiting.removeAll { failures[$0.agent] != nil }
      if waiting.isEmpty { waitingSince = nil }
    }
    let answers = settled.map { item -> (ticket: UInt64, reply: Result<IngestReply, CordonError>) in
      pendingRecords -= item.batch?.records.count ?? 0
      if let failure = failures[item.agent] { return (item.ticket, .failure(failure)) }
      return (item.ticket, .success(reply(item.agent, item.lane, item.refusals)))
    }
    for agent in failures.keys { forget(agent) }
    for agent in Set(settled.map(\.agent)) { forgetIfIdle(agent) }
    return answers
  }
}
