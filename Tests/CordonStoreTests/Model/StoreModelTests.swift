import CordonCore
import CordonStore
import CordonTestSupport
import Testing

/// Random commits, repeats, restarts and crashes beside a model in memory; a failing seed replays exactly.
@Suite("The store beside its model")
struct StoreModelTests {
  static let agents = (1...3).map(Samples.agent)

  /// Batches that may extend their lane, repeat, or come from nowhere.
  struct Generator {
    var randomness: SeededRandomness
    var detections = 0

    mutating func pick(_ most: Int) -> Int { Int.random(in: 0..<most, using: &randomness) }

    mutating func group(_ model: StoreModel) -> [NumberedBatch] {
      var marks = model.lanes
      return (0...pick(3)).map { _ in
        let agent = 1 + pick(3)
        let lane = Lane.allCases[pick(3)]
        let epoch = UInt64(1 + pick(2))
        let key = StoreModel.LaneKey(agent: Samples.agent(agent), lane: lane, epoch: Samples.epoch(epoch))
        let mark = marks[key, default: 0]
        let after = pick(20) == 0 ? UInt64(pick(9)) : mark
        var gaps: [SkippedRange] = []
        if pick(4) == 0 {
          let first = after + 1 + UInt64(pick(2))
          gaps = [SkippedRange(first...(first + UInt64(pick(5))), SkippedRange.Cause.allCases[pick(5)])]
        }
        let least = gaps.isEmpty ? 0 : Int(gaps[0].range.lowerBound - after - 1)
        let batch = Samples.batch(
          agent, lane: lane, epoch: epoch, after: after, (0..<max(least, pick(6))).map { _ in record(lane) }, gaps: gaps
        )
        if after == mark { marks[key] = batch.through }
        return batch
      }
    }

    mutating func record(_ lane: Lane) -> Record {
      switch lane {
      case .window:
        let start = Samples.now.advanced(by: .seconds(Int64(60 * pick(100))))
        return .window(
          Samples.window(Samples.user(pick(3)), schema: 2, start: start, partial: pick(2) == 0, value: Float(pick(99))))
      case .detection:
        detections += 1
        return .detection(Samples.detection(pick(8) == 0 ? pick(max(1, detections)) : detections))
      case .outcome: return .outcome(Samples.outcome(pick(5)))
      }
    }
  }

  static let steps = 40

  @Test(arguments: [1, 2, 3, 4, 5, 6] as [UInt64])
  func theStoreDoesWhatTheModelDoes(_ seed: UInt64) async throws {
    var generator = Generator(randomness: SeededRandomness(seed: seed))
    try await StoreKind.sqlite.withStore { subject in
      var model = StoreModel()
      for step in 0..<Self.steps {
        let batches = generator.group(model)
        let at = Samples.now.advanced(by: .seconds(Int64(step) * 9_000))
        let isExpected = model.commit(batches)
        if isExpected {
          try await subject.store.commit(batches, at: at)
        } else {
          await expectRefusal("ingest-watermark-moved") { try await subject.store.commit(batches, at: at) }
        }
        if generator.pick(5) == 0 { try subject.reopen() }
        if generator.pick(5) == 0 { try await subject.store.foldHours(most: 1 + generator.pick(20)) }
      }
      let stored = try await StoreModel.read(subject.store, agents: Self.agents)
      #expect(stored == model, "seed \(seed)")
      #expect(try await subject.store.check().isEmpty)
      let totals = try await subject.store.totals()
      #expect(totals.windows == UInt64(model.windows.count), "seed \(seed)")
      #expect(totals.gaps == UInt64(model.gaps.values.map(\.count).reduce(0, +)), "seed \(seed)")
    }
  }

  /// After a crash everything acknowledged is there, wherever the log stands in its rounds.
  @Test(arguments: [11, 12, 13] as [UInt64])
  func aCrashLosesNothingAcknowledged(_ seed: UInt64) async throws {
    try await Self.crashing(seed, checkpointPages: 60) { store, folder, model, _, _ in
      let survived = try await Self.afterCrash(of: store, in: folder, logBytes: nil)
      #expect(survived == model, "seed \(seed)")
    }
  }

  /// Where only the beginning of the log reached the disk, all of a group is there or none of it.
  @Test(arguments: [21, 22, 23] as [UInt64])
  func aCutLogSplitsNoGroup(_ seed: UInt64) async throws {
    try await Self.crashing(seed, checkpointPages: 1_000_000) { store, folder, _, states, randomness in
      let log = try Files.read(store.path + "-wal").count
      let cut = try await Self.afterCrash(
        of: store, in: folder, logBytes: Int.random(in: 0..<log, using: &randomness))
      #expect(states.contains(cut), "seed \(seed)")
    }
  }

  static func crashing(
    _ seed: UInt64, checkpointPages: Int,
    _ body: (CollectorStore, String, StoreModel, Set<StoreModel>, inout SeededRandomness) async throws -> Void
  ) async throws {
    var generator = Generator(randomness: SeededRandomness(seed: seed))
    try await withTemporaryFolder { folder in
      let store = try CollectorStore(
        path: "\(folder)/store.sqlite", settings: .init(checkpointPages: checkpointPages))
      var model = StoreModel()
      var states: Set<StoreModel> = [model]
      for step in 0..<steps {
        let batches = generator.group(model)
        guard model.commit(batches) else { continue }
        try await store.commit(batches, at: Samples.now)
        states.insert(model)
        if step.isMultiple(of: 4) { try await body(store, folder, model, states, &generator.randomness) }
      }
      try store.close()
    }
  }

  static func afterCrash(of store: CollectorStore, in folder: String, logBytes: Int?) async throws -> StoreModel {
    try await withTemporaryFolder { copy in
      let path = "\(copy)/store.sqlite"
      try Files.crash(store.path, to: path, logBytes: logBytes)
      let survivor = try CollectorStore(path: path)
      let model = try await StoreModel.read(survivor, agents: agents)
      #expect(try await survivor.check().isEmpty)
      try survivor.close()
      return model
    }
  }
}
