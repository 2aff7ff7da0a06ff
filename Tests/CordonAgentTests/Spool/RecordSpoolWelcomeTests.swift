import CordonAgent
import CordonCore
import CordonTestSupport
import Testing

@Suite struct RecordSpoolWelcomeTests {
  private func reconcile(_ spool: inout SQLiteSpool, _ watermarks: [LanePosition]) throws -> Reconciliation {
    var randomness = SeededRandomness(seed: 99)
    return try spool.reconcile(hello: spool.state.positions, watermarks: watermarks, randomness: &randomness)
  }

  @Test func aWelcomeAcknowledgesAndBeginsLeasesAnew() throws {
    try withSpool { spool, _ in
      _ = try spool.append((1...5).map { record(.window, $0) }, at: .epoch)
      _ = try lease(&spool)
      let found = try reconcile(&spool, [position(spool, 3)])
      #expect(found == Reconciliation())
      let batch = try lease(&spool)
      #expect(sequences(batch) == [4, 5])
    }
  }

  @Test func aRestoredCollectorIsToldWhatItLost() throws {
    try withSpool { spool, reopened in
      _ = try spool.append((1...5).map { record(.window, $0) }, at: .epoch)
      _ = try lease(&spool)
      _ = try spool.acknowledge(position(spool, 4))
      let old = spool.state.current!
      spool = try reopened()
      let found = try reconcile(&spool, [LanePosition(lane: .window, epoch: old, through: 1)])
      #expect(Array(found.lostByCollector.values) == [3])
      let batch = try lease(&spool)
      #expect(batch?.skipped == [SkippedRange(2...4, .collectorRestored)])
      #expect(sequences(batch) == [5])
    }
  }

  @Test func aSettledEpochIsRememberedForARestoredCollector() throws {
    try withSpool { spool, reopened in
      _ = try spool.append([record(.window, 1)], at: .epoch)
      _ = try lease(&spool)
      _ = try spool.acknowledge(position(spool, 1))
      spool = try reopened()
      _ = try reconcile(&spool, [])
      let batch = try lease(&spool)
      #expect(batch?.skipped == [SkippedRange(1...1, .collectorRestored)])
      #expect(batch?.records.isEmpty == true)
    }
  }

  @Test func whatARestoredSnapshotKeepsWasStoredBefore() throws {
    try withSpool { spool, reopened in
      _ = try spool.append([record(.window, 1)], at: .epoch)
      let old = LanePosition(lane: .window, epoch: spool.state.current!, through: 9)
      spool = try reopened()
      _ = try spool.append([record(.window, 2)], at: .epoch)
      let found = try reconcile(&spool, [old])
      #expect(!found.isForked)
      let batch = try lease(&spool)
      #expect(batch?.place.epoch != old.epoch)
      #expect(batch?.records.map(\.bytes) == [record(.window, 2).bytes])
    }
  }

  @Test func aMachineThatWentBackWhileRunningBeginsANewEpoch() throws {
    try withSpool { spool, reopened in
      _ = try spool.append((1...4).map { record(.window, $0) } + [record(.detection, 9)], at: .epoch)
      _ = try lease(&spool)
      _ = try lease(&spool)
      _ = try spool.acknowledge(position(spool, 1))
      let old = spool.state.current!
      let found = try reconcile(&spool, [position(spool, 7), position(spool, 1, .detection)])
      #expect(found.isForked)
      #expect(spool.state.current != old)
      let batch = try lease(&spool)
      #expect(batch?.place == SpoolPlace(spool.state.current!, .window))
      #expect(sequences(batch) == [1, 2, 3])
      #expect(batch?.records.map { $0.bytes[0] } == [2, 3, 4])
      spool = try reopened()
      #expect(spool.state.records == 3)
    }
  }

  @Test func epochsThatHoldNothingAreForgottenAtLast() throws {
    try withSpool { spool, reopened in
      for _ in 0..<70 {
        _ = try spool.append([record(.window, 1)], at: .epoch)
        _ = try lease(&spool)
        _ = try spool.acknowledge(position(spool, 1))
        spool = try reopened()
      }
      #expect(spool.state.epochs.count == SpoolLimits.mostRetiredEpochs + 1)
      for _ in 0..<5 { spool = try reopened() }
      #expect(spool.state.epochs.count == SpoolLimits.mostRetiredEpochs + 1, "an unused epoch leaves no trace")
    }
  }
}
