import CordonCore
import CordonStore

/// What a store should hold, in dictionaries and arrays.
struct StoreModel: Hashable {
  struct LaneKey: Hashable {
    var agent: AgentID
    var lane: Lane
    var epoch: SpoolEpoch
  }

  var lanes: [LaneKey: UInt64] = [:]
  var windows: [RecordKey: EntityWindow] = [:]
  var detections: [UniqueID: Detection] = [:]
  var outcomes: [RecordKey: Outcome] = [:]
  var gaps: [LaneKey: [SkippedRange]] = [:]

  /// False, and nothing changed, where a batch does not extend its lane.
  mutating func commit(_ batches: [NumberedBatch]) -> Bool {
    var next = self
    for batch in batches {
      let lane = LaneKey(agent: batch.agent, lane: batch.lane, epoch: batch.epoch)
      guard next.lanes[lane, default: 0] == batch.after else { return false }
      next.lanes[lane] = batch.through
      next.gaps[lane, default: []] += batch.gaps
      for record in batch.records {
        let key = RecordKey(agent: batch.agent, epoch: batch.epoch, lane: batch.lane, sequence: record.sequence)
        switch record.record {
        case .window(let window): next.windows[key] = window
        case .outcome(let outcome): next.outcomes[key] = outcome
        case .detection(let detection):
          if next.detections[detection.id] == nil {
            next.detections[detection.id] = detection
          } else {
            next.gaps[lane, default: []].append(SkippedRange(record.sequence...record.sequence, .refused))
          }
        }
      }
    }
    self = next.normalised
    return true
  }

  /// Gaps in the order of their numbers, lanes without gaps left out.
  var normalised: StoreModel {
    var copy = self
    copy.gaps = gaps.mapValues { $0.sorted { $0.range.lowerBound < $1.range.lowerBound } }.filter { !$0.value.isEmpty }
    return copy
  }

  /// Everything that a store holds of these agents.
  static func read(_ store: CollectorStore, agents: [AgentID]) async throws -> StoreModel {
    var model = StoreModel()
    for agent in agents {
      for mark in try await store.watermarks(of: agent) {
        model.lanes[LaneKey(agent: agent, lane: mark.lane, epoch: mark.epoch)] = mark.through
      }
      for gap in try await store.gaps(of: agent, most: 100_000) {
        model.gaps[LaneKey(agent: agent, lane: gap.lane, epoch: gap.epoch), default: []].append(gap.skipped)
      }
    }
    for window in try await allWindows(store) {
      guard model.windows.updateValue(window.window, forKey: window.key) == nil else { throw Twice(key: window.key) }
    }
    for detection in try await store.detections(since: .epoch, most: 100_000) {
      model.detections[detection.detection.id] = detection.detection
    }
    for outcome in try await store.unappliedOutcomes(most: 100_000) { model.outcomes[outcome.key] = outcome.outcome }
    return model.normalised
  }

  struct Twice: Error { var key: RecordKey }
}
