import CordonAgent
import CordonCore

/// Knows every record that ever entered a spool, and what may have become of it.
struct Oracle {
  struct Fate {
    var agent: Int
    var content: Content
    var place: SpoolPlace
    var sequence: UInt64
    /// The agent's disk went back to a time before it.
    var wasReverted = false
    var wasStored = false
    /// The collector's disk went back to a time before it was stored.
    var wasLostByCollector = false
  }

  var fates: [UInt64: Fate] = [:]
  var collectorRestores = 0
  /// Of everything that was to enter: what the spool said it did not take.
  var turnedAway = 0
  var faults: [String] = []

  mutating func entered(_ content: Content, agent: Int, place: SpoolPlace, sequence: UInt64) {
    fates[content.number] = Fate(agent: agent, content: content, place: place, sequence: sequence)
  }

  mutating func reverted(agent: Int, to state: SpoolState) {
    for (number, fate) in fates where fate.agent == agent {
      let numbered = state[fate.place.epoch, fate.place.lane]?.numbered ?? 0
      if fate.sequence > numbered { fates[number]?.wasReverted = true }
    }
  }

  mutating func stored(_ number: UInt64) {
    if fates[number] == nil { faults.append("stored \(number), which nobody sent") }
    fates[number]?.wasStored = true
  }

  mutating func collectorRestored(from lost: SimulatedStore, to kept: SimulatedStore) {
    collectorRestores += 1
    let still = Set(kept.records.values.flatMap(\.values))
    for number in lost.records.values.flatMap(\.values) where !still.contains(number) {
      fates[number]?.wasLostByCollector = true
    }
  }

  // MARK: The end

  /// Everything that is wrong once all faults have ended and nothing moves any more.
  func verdict(_ store: SimulatedStore, agents: [SimulatedAgent]) -> [String] {
    var wrong = faults
    for (lane, watermark) in store.watermarks { wrong += unexplained(lane, watermark, store) }
    for agent in agents { wrong += disagreement(agent, store) }
    var stored: [UInt64: Int] = [:]
    for numbers in store.records.values { for number in numbers.values { stored[number, default: 0] += 1 } }
    for (number, fate) in fates {
      switch stored[number] ?? 0 {
      case 0: if let why = loss(fate, store, agents[fate.agent].id) { wrong.append("\(number) \(why): \(fate)") }
      case 1: if fate.content.isPoisoned { wrong.append("\(number) could not be stored, and was") }
      default: wrong.append("\(number) is stored \(stored[number] ?? 0) times: \(fate)")
      }
    }
    return wrong
  }

  /// Both sides end with the same last number of every lane that a Hello names, of retired epochs and of ones that a
  /// snapshot cut short too: an agent that remembered less would not notice what a restored collector lost.
  private func disagreement(_ agent: SimulatedAgent, _ store: SimulatedStore) -> [String] {
    (agent.spool?.state.epochs ?? []).flatMap { epoch in
      Lane.allCases.compactMap { lane in
        let place = SpoolPlace(epoch.id, lane)
        let watermark = store.watermarks[StoredLane(agent: agent.id, place: .init(epoch: epoch.id, lane: lane))] ?? 0
        return epoch[lane].numbered == watermark || epoch[lane].numbered == 0
          ? nil : "agent \(agent.index) ends \(place) at \(epoch[lane].numbered), the collector at \(watermark)"
      }
    }
  }

  /// Every number up to the watermark is a record's or has one cause.
  private func unexplained(_ lane: StoredLane, _ watermark: UInt64, _ store: SimulatedStore) -> [String] {
    var seen = Set(store.records[lane, default: [:]].keys)
    var wrong: [String] = []
    for gap in store.gaps[lane, default: []] {
      for sequence in gap.range where !seen.insert(sequence).inserted {
        wrong.append("\(lane): \(sequence) is explained twice")
      }
    }
    if UInt64(seen.count) != watermark || (seen.max() ?? 0) > watermark {
      wrong.append("\(lane): \(seen.count) of \(watermark) numbers are explained")
    }
    return wrong
  }

  /// Why the loss of a record is not acceptable; nil where it is.
  private func loss(_ fate: Fate, _ store: SimulatedStore, _ agent: AgentID) -> String? {
    let lane = StoredLane(agent: agent, place: .init(epoch: fate.place.epoch, lane: fate.place.lane))
    let cause = store.gaps[lane, default: []].first { $0.range.contains(fate.sequence) }?.cause
    switch cause {
    case .refused: return fate.content.isPoisoned ? nil : "was refused without reason"
    case .spoolOverflow, .age: return fate.place.lane == .window ? nil : "gave way and is no window"
    case .collectorRestored: return collectorRestores > 0 ? nil : "was lost by a restore that never was"
    case .corruption: return "was lost by a disk that was never damaged"
    case nil:
      guard fate.wasReverted else { return "is lost without a cause" }
      return !fate.wasStored || fate.wasLostByCollector ? nil : "was stored and is gone"
    }
  }
}
