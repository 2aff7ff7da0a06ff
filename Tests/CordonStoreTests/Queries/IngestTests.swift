import CordonCore
import CordonStore
import CordonTestSupport
import Synchronization
import Testing

@Suite("Ingest: records and watermark in one transaction")
struct IngestTests {
  @Test(arguments: StoreKind.allCases)
  func recordsWatermarksAndGapsBecomeDurableTogether(_ kind: StoreKind) async throws {
    try await kind.withStore { subject in
      let windows = (1...3).map { Record.window(Samples.window(value: Float($0))) }
      let gap = SkippedRange(2...5, .spoolOverflow)
      let batches = [
        Samples.batch(1, windows, gaps: [gap]),
        Samples.batch(2, lane: .detection, [.detection(Samples.detection(1))]),
        Samples.batch(1, lane: .outcome, [.outcome(Samples.outcome(1))]),
      ]
      try await subject.store.commit(batches, at: Samples.now)
      try subject.reopen()
      let store = subject.store
      #expect(
        Set(try await store.watermarks(of: Samples.agent(1))) == [
          LanePosition(lane: .window, epoch: Samples.epoch(1), through: 7),
          LanePosition(lane: .outcome, epoch: Samples.epoch(1), through: 1),
        ])
      #expect(try await store.gaps(of: Samples.agent(1)).map(\.skipped) == [gap])
      #expect(try await allWindows(store).map(\.key.sequence) == [1, 6, 7])
      #expect(try await allWindows(store).map(\.window) == (1...3).map { Samples.window(value: Float($0)) })
      let detections = try await store.uncorrelatedDetections()
      #expect(detections.map(\.detection) == [Samples.detection(1)])
      #expect(detections.first?.agent == Samples.agent(2))
      #expect(try await store.unappliedOutcomes().map(\.outcome) == [Samples.outcome(1)])
      let totals = try await store.totals()
      #expect([totals.windows, totals.detections, totals.outcomes, totals.gaps] == [3, 1, 1, 1])
    }
  }

  @Test(arguments: StoreKind.allCases)
  func aRepeatIsRefusedAndChangesNothing(_ kind: StoreKind) async throws {
    try await kind.withStore { subject in
      let batch = Samples.batch(1, [.window(Samples.window())])
      try await subject.store.commit([batch], at: Samples.now)
      await expectRefusal("ingest-watermark-moved") { try await subject.store.commit([batch], at: Samples.now) }
      #expect(try await allWindows(subject.store).count == 1)
    }
  }

  @Test(arguments: StoreKind.allCases)
  func oneBatchThatDoesNotFitTakesTheWholeGroupWithIt(_ kind: StoreKind) async throws {
    try await kind.withStore { subject in
      let good = Samples.batch(1, [.window(Samples.window())])
      let ahead = Samples.batch(2, after: 4, [.window(Samples.window())])
      await expectRefusal("ingest-watermark-moved") { try await subject.store.commit([good, ahead], at: Samples.now) }
      #expect(try await subject.store.watermarks(of: Samples.agent(1)).isEmpty)
      #expect(try await allWindows(subject.store).isEmpty)
      try await subject.store.commit([good], at: Samples.now)
      #expect(try await allWindows(subject.store).count == 1)
    }
  }

  @Test(arguments: StoreKind.allCases)
  func aGroupMayExtendOneLaneSeveralTimes(_ kind: StoreKind) async throws {
    try await kind.withStore { subject in
      let record = Record.window(Samples.window())
      try await subject.store.commit(
        [
          Samples.batch(1, [record, record]), Samples.batch(1, after: 2, [record]),
          Samples.batch(1, epoch: 2, [record]),
        ],
        at: Samples.now)
      let marks = try await subject.store.watermarks(of: Samples.agent(1))
      #expect(Set(marks.map(\.through)) == [3, 1])
      #expect(try await allWindows(subject.store).count == 4)
    }
  }

  static let broken: [(String, NumberedBatch)] = [
    ("a number is missing", edited { $0.records.remove(at: 1) }),
    ("a number twice", edited { $0.records[1].sequence = 1 }),
    ("beyond its watermark", edited { $0.through = 2 }),
    ("short of its watermark", edited { $0.through = 4 }),
    ("a gap over a record", edited { $0.gaps = [SkippedRange(3...3, .age)] }),
    ("a gap out of reach", edited { $0.gaps = [SkippedRange(9...10, .age)] }),
    ("another lane's record", edited { $0.records[2].record = .outcome(Samples.outcome(1)) }),
  ]

  static func edited(_ edit: (inout NumberedBatch) -> Void) -> NumberedBatch {
    var batch = Samples.batch(1, Array(repeating: .window(Samples.window()), count: 3))
    edit(&batch)
    return batch
  }

  @Test(arguments: StoreKind.allCases, broken.indices)
  func numbersThatDoNotAddUpAreRefused(_ kind: StoreKind, _ index: Int) async throws {
    try await kind.withStore { subject in
      let (why, batch) = Self.broken[index]
      await expectRefusal("ingest-numbering") { try await subject.store.commit([batch], at: Samples.now) }
      let stored = try await allWindows(subject.store)
      #expect(stored.isEmpty, "\(why)")
    }
  }

  @Test(arguments: StoreKind.allCases)
  func anAgentCannotWriteOverAnothersDetection(_ kind: StoreKind) async throws {
    try await kind.withStore { subject in
      var forged = Samples.detection(1)
      forged.summary = "nothing happened"
      try await subject.store.commit(
        [
          Samples.batch(1, lane: .detection, [.detection(Samples.detection(1))]),
          Samples.batch(2, lane: .detection, [.detection(forged)]),
        ], at: Samples.now)
      #expect(try await subject.store.detection(Samples.id(1))?.detection == Samples.detection(1))
      #expect(
        try await subject.store.gaps(of: Samples.agent(2)).map(\.skipped) == [SkippedRange(1...1, .refused)])
      #expect(try await subject.store.watermarks(of: Samples.agent(2)).map(\.through) == [1])
    }
  }

  @Test(arguments: StoreKind.allCases)
  func onlyTheNewestEpochsAreTold(_ kind: StoreKind) async throws {
    try await kind.withStore { subject in
      let epochs = UInt64(CollectorStore.mostWatermarks + 5)
      try await subject.store.commit(
        (1...epochs).map { Samples.batch(1, epoch: $0, [.window(Samples.window())]) }, at: Samples.now)
      let marks = try await subject.store.watermarks(of: Samples.agent(1))
      #expect(marks.count == CollectorStore.mostWatermarks)
      #expect(marks.first?.epoch == Samples.epoch(epochs))
    }
  }

  @Test(arguments: StoreKind.allCases)
  func everyValueOfAWindowComesBack(_ kind: StoreKind) async throws {
    try await kind.withStore { subject in
      var window = Samples.window(Samples.user(3), schema: 2, partial: true)
      window.features = [0, -1.5, .greatestFiniteMagnitude, .leastNonzeroMagnitude]
      window.sketches = [.init(feature: 1, registers: []), .init(feature: .max, registers: Array(0...255))]
      window.start = Timestamp(milliseconds: -5)
      (window.isEarly, window.isSkewed, window.lag, window.late, window.part) = (true, true, .max, .max, .max)
      let label = Samples.window(EntityRef(kind: .device, label: "pump Ä 7"), schema: .max)
      try await subject.store.commit([Samples.batch(1, [.window(window), .window(label)])], at: Samples.now)
      #expect(try await allWindows(subject.store).map(\.window) == [window, label])
    }
  }
}

/// Every window in a store, in the order in which they came.
func allWindows(_ store: CollectorStore) async throws -> [StoredWindow] {
  let found = WindowSink()
  try await store.forEachWindow(receivedSince: .epoch) { window in
    found.windows.withLock { $0.append(window) }
    return true
  }
  return found.windows.withLock { $0 }
}

private final class WindowSink: Sendable {
  let windows = Mutex<[StoredWindow]>([])
}
