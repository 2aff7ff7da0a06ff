import CordonAgent
import CordonCore
import CordonTestSupport
import Testing

typealias SQLiteSpool = RecordSpool<SQLiteSpoolStorage>

func record(_ lane: Lane, _ number: UInt8, size: Int = 10) -> (lane: Lane, bytes: [UInt8]) {
  (lane, [UInt8](repeating: number, count: size))
}

func position(_ spool: SQLiteSpool, _ through: UInt64, _ lane: Lane = .window) -> LanePosition {
  LanePosition(lane: lane, epoch: spool.state.current!, through: through)
}

func sequences(_ batch: SpoolBatch?) -> [UInt64] { batch?.records.map(\.sequence) ?? [] }

func lease(_ spool: inout SQLiteSpool, most: Int = 100) throws -> SpoolBatch? {
  try spool.lease(Lane.bySendingOrder, most: most, mostBytes: 1 << 20)
}

/// Runs a body with a spool in a folder of its own; the closure opens the same file again.
func withSpool(
  _ limits: SpoolLimits = SpoolLimits(), _ body: (inout SQLiteSpool, () throws -> SQLiteSpool) throws -> Void
) throws {
  try withTemporaryFolder { folder in
    var randomness = SeededRandomness(seed: 7)
    func reopened() throws -> SQLiteSpool {
      try SQLiteSpool(
        storage: SQLiteSpoolStorage(path: "\(folder)/spool", limits: limits), limits: limits, randomness: &randomness)
    }
    var spool = try reopened()
    try body(&spool, reopened)
  }
}

@Suite struct RecordSpoolTests {
  @Test func recordsAreNumberedByLaneAndOvertakeByLane() throws {
    try withSpool { spool, _ in
      _ = try spool.append([record(.window, 1), record(.detection, 2), record(.window, 3)], at: .epoch)
      _ = try spool.append([record(.outcome, 4)], at: .epoch)
      var order: [Lane] = []
      while let batch = try lease(&spool) {
        order.append(batch.place.lane)
        #expect(batch.first == 1)
      }
      #expect(order == [.outcome, .detection, .window])
      #expect(spool.state.positions.map(\.through) == [2, 1, 1])
    }
  }

  @Test func onlyAnAcknowledgementDeletes() throws {
    try withSpool { spool, reopened in
      _ = try spool.append((1...5).map { record(.window, $0) }, at: .epoch)
      var batch = try lease(&spool, most: 2)
      #expect(sequences(batch) == [1, 2])
      batch = try lease(&spool, most: 2)
      #expect(sequences(batch) == [3, 4])
      spool.rewind()
      batch = try lease(&spool, most: 3)
      #expect(sequences(batch) == [1, 2, 3])
      let isTaken = try spool.acknowledge(position(spool, 2))
      #expect(isTaken)
      spool.rewind()
      batch = try lease(&spool)
      #expect(sequences(batch) == [3, 4, 5])
      let epoch = spool.state.current!
      spool = try reopened()
      #expect(spool.state.current != epoch, "each opening numbers in an epoch of its own")
      batch = try lease(&spool)
      #expect(batch?.place.epoch == epoch)
      #expect(sequences(batch) == [3, 4, 5])
      #expect(batch?.records.first?.bytes == record(.window, 3).bytes)
    }
  }

  @Test func whatWasNeverSentCannotBeAcknowledged() throws {
    try withSpool { spool, _ in
      _ = try spool.append((1...5).map { record(.window, $0) }, at: .epoch)
      _ = try lease(&spool, most: 2)
      let ahead = try spool.acknowledge(position(spool, 3))
      #expect(!ahead)
      let foreign = try spool.acknowledge(LanePosition(lane: .window, epoch: SpoolEpoch(bits: 1), through: 1))
      #expect(!foreign)
      #expect(spool.state.records == 5)
    }
  }

  @Test func batchesAreCutByBytesButNeverEmpty() throws {
    try withSpool { spool, _ in
      _ = try spool.append(
        [record(.window, 1, size: 900), record(.window, 2, size: 50), record(.window, 3)], at: .epoch)
      var cut: [[UInt64]] = []
      while let batch = try spool.lease([.window], most: 10, mostBytes: 100) { cut.append(sequences(batch)) }
      #expect(cut == [[1], [2, 3]])
    }
  }

  // MARK: Bounds

  @Test func theOldestWindowsGiveWayAndDetectionsNever() throws {
    try withSpool(SpoolLimits(bytes: 1_000, reserveBytes: 300)) { spool, reopened in
      _ = try spool.append([record(.detection, 1, size: 100)], at: .epoch)
      for number in 1...20 as ClosedRange<UInt8> {
        _ = try spool.append([record(.window, number, size: 100)], at: .epoch)
      }
      #expect(spool.state.bytes <= 1_000)
      let dropped = try #require(spool.state.drops[.overflow])
      #expect(dropped >= 11)
      spool = try reopened()
      #expect(spool.state.drops[.overflow] == dropped, "counted for good")
      var batch = try lease(&spool)
      #expect(batch?.place.lane == .detection)
      batch = try lease(&spool)
      #expect(batch?.skipped == [SkippedRange(1...dropped, .spoolOverflow)])
      #expect(batch?.first == 1)
      #expect(batch?.through == 20)
      #expect(sequences(batch) == Array(dropped + 1...20))
    }
  }

  @Test func detectionsFillTheReserveAndThenAreRefusedAtTheDoor() throws {
    try withSpool(SpoolLimits(bytes: 1_000, reserveBytes: 300)) { spool, _ in
      _ = try spool.append([record(.window, 0, size: 500)], at: .epoch)
      for number in 1...13 as ClosedRange<UInt8> {
        let appended = try spool.append([record(.detection, number, size: 100)], at: .epoch)
        #expect(appended.numbered == 1)
      }
      #expect(spool.state.bytes == 1_300, "the window gave way")
      let detection = try spool.append([record(.detection, 99, size: 100)], at: .epoch)
      #expect(detection.dropped == [.full: 1])
      let window = try spool.append([record(.window, 99, size: 100)], at: .epoch)
      #expect(window.dropped == [.overflow: 1])
      #expect(spool.state.drops == [.overflow: 2, .full: 1])
    }
  }

  @Test(arguments: [(256 << 10, 1), (256 << 10 + 1, 0)]) func aRecordHasALargestSize(size: Int, numbered: Int) throws {
    try withSpool { spool, _ in
      let appended = try spool.append([record(.window, 1, size: size)], at: .epoch)
      #expect(appended.numbered == numbered)
      #expect(appended.dropped[.oversized] == (numbered == 0 ? 1 : nil))
    }
  }

  @Test func windowsGrowOldAndDetectionsDoNot() throws {
    try withSpool(SpoolLimits(windowAge: .seconds(60))) { spool, _ in
      let start = FakeClock.start
      _ = try spool.append([record(.window, 1), record(.detection, 1)], at: start)
      _ = try spool.append([record(.window, 2)], at: start.advanced(by: .seconds(1)))
      try spool.expire(at: start.advanced(by: .seconds(60)))
      #expect(spool.state.records == 3)
      try spool.expire(at: start.advanced(by: .milliseconds(60_001)))
      #expect(spool.state.records == 2)
      #expect(spool.state.drops == [.age: 1])
      var batch = try lease(&spool)
      #expect(batch?.place.lane == .detection)
      batch = try lease(&spool)
      #expect(batch?.skipped == [SkippedRange(1...1, .age)])
    }
  }

  @Test func aRefusedRecordIsSetAsideAndReported() throws {
    try withSpool(SpoolLimits(setAsideRecords: 2)) { spool, reopened in
      _ = try spool.append((1...6).map { record(.window, $0) }, at: .epoch)
      let place = SpoolPlace(spool.state.current!, .window)
      _ = try lease(&spool, most: 5)
      var taken: [UInt64] = []
      // 2 a second time, and 6, which was never sent, are not obeyed.
      for sequence in [2, 4, 5, 2, 6] as [UInt64] {
        if try spool.setAside(sequence, of: place, code: "bad", message: "it is bad") { taken.append(sequence) }
      }
      #expect(taken == [2, 4, 5])
      // The acknowledgement that came with the refusals names less than was sent before.
      let isTaken = try spool.acknowledge(position(spool, 1))
      #expect(isTaken)
      let batch = try lease(&spool)
      #expect(sequences(batch) == [3, 6])
      #expect(batch?.skipped == [SkippedRange(2...2, .refused), SkippedRange(4...5, .refused)])
      let kept = try reopened().storage.setAside()
      #expect(kept.map(\.sequence) == [4, 5], "the newest two")
      #expect(kept.last?.bytes == record(.window, 5).bytes)
      #expect(spool.state.drops == [.refused: 3])
    }
  }
}
