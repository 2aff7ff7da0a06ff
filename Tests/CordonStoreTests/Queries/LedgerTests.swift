import CordonCore
import CordonStore
import CordonTestSupport
import Testing

@Suite("The ledger's queue, entries and lease")
struct LedgerTests {
  static let lease = CollectorStore.sequencerLease

  private func entry(_ index: UInt64) -> LedgerEntry {
    LedgerEntry(
      index: index, salt: Array(repeating: 1, count: 32), record: [UInt8(index)],
      leaf: Array(repeating: UInt8(index), count: 32))
  }

  private func tree(_ size: UInt64) -> LedgerTreeState {
    LedgerTreeState(
      size: size, frontier: (0..<size.nonzeroBitCount).map { Array(repeating: UInt8($0 + 1), count: 32) })
  }

  @Test(arguments: StoreKind.allCases)
  func pendingRecordsGetTheirNumbersOnce(_ kind: StoreKind) async throws {
    try await kind.withStore { subject in
      let store = subject.store
      let records = (0..<5).map { Samples.ledger("policy-\($0)") }
      try await store.decide(Consequences(ledger: records), at: Samples.now)
      let pending = try await store.pendingLedger(most: 3)
      #expect(pending.map(\.record) == records[..<3].map(\.canonicalBytes))
      #expect(try await store.pendingLedgerBacklog().count == 5)
      #expect(try await store.pendingLedgerBacklog().oldest == Samples.now)
      #expect(try await store.acquireLease(Self.lease, holder: "c1", until: later(10), at: Samples.now))
      let through = try #require(pending.last?.order)
      func append() async throws {
        try await store.appendLedger(
          [entry(0), entry(1), entry(2)], through: through, from: .empty, to: tree(3), checkpoint: "note", holder: "c1",
          at: Samples.now)
      }
      try await append()
      await expectRefusal("ledger-moved") { try await append() }
      try subject.reopen()
      let reopened = subject.store
      #expect(try await reopened.ledgerTree() == tree(3))
      #expect(try await reopened.ledgerEntries(from: 1, most: 9) == [entry(1), entry(2)])
      #expect(try await reopened.newestCheckpoint() == "note")
      #expect(try await reopened.checkpoints() == ["note"])
      #expect(try await reopened.checkpoints(above: 3).isEmpty)
      #expect(try await reopened.pendingLedger(most: 9).map(\.record) == records[3...].map(\.canonicalBytes))
      #expect(try await reopened.totals().ledgerSize == 3)
    }
  }

  private func later(_ seconds: Int64) -> Timestamp { Samples.now.advanced(by: .seconds(seconds)) }

  @Test(arguments: StoreKind.allCases)
  func onlyTheHolderOfTheLeaseAppends(_ kind: StoreKind) async throws {
    try await kind.withStore { subject in
      let store = subject.store
      func append(_ holder: String, at now: Timestamp) async throws {
        try await store.appendLedger(
          [entry(0)], through: 0, from: .empty, to: tree(1), checkpoint: "", holder: holder, at: now)
      }
      await expectRefusal("ledger-lease") { try await append("c1", at: Samples.now) }
      #expect(try await store.acquireLease(Self.lease, holder: "c1", until: later(10), at: Samples.now))
      let taken = try await store.acquireLease(Self.lease, holder: "c2", until: later(20), at: later(9))
      #expect(!taken)
      #expect(try await store.acquireLease(Self.lease, holder: "c1", until: later(12), at: later(9)))
      await expectRefusal("ledger-lease") { try await append("c2", at: later(9)) }
      await expectRefusal("ledger-lease") { try await append("c1", at: later(12)) }
      #expect(try await store.acquireLease(Self.lease, holder: "c2", until: later(20), at: later(12)))
      try await append("c2", at: later(13))
      try await store.releaseLease(Self.lease, holder: "c1")
      let second = try await store.acquireLease(Self.lease, holder: "c1", until: later(30), at: later(14))
      #expect(!second)
      try await store.releaseLease(Self.lease, holder: "c2")
      #expect(try await store.acquireLease(Self.lease, holder: "c1", until: later(30), at: later(14)))
    }
  }

  @Test(arguments: StoreKind.allCases)
  func anErasedRecordKeepsItsLeafAndIsRecorded(_ kind: StoreKind) async throws {
    try await kind.withStore { subject in
      let store = subject.store
      _ = try await store.acquireLease(Self.lease, holder: "c1", until: later(10), at: Samples.now)
      try await store.appendLedger(
        [entry(0)], through: 0, from: .empty, to: tree(1), checkpoint: "", holder: "c1", at: Samples.now)
      try await store.eraseLedgerRecord(0, at: Samples.now, Consequences(ledger: [Samples.ledger("erased")]))
      let erased = try await store.ledgerEntries(from: 0, most: 1).first
      #expect(erased?.record == nil)
      #expect(erased?.salt == [])
      #expect(erased?.leaf == entry(0).leaf)
      #expect(try await store.pendingLedger(most: 9).count == 1)
      await expectRefusal("ledger-entry-unknown") {
        try await store.eraseLedgerRecord(1, at: Samples.now, .none)
      }
    }
  }

  @Test(arguments: StoreKind.allCases)
  func metaIsKept(_ kind: StoreKind) async throws {
    try await kind.withStore { subject in
      #expect(try await subject.store.meta("collector") == nil)
      try await subject.store.setMeta("collector", [1], at: Samples.now)
      try await subject.store.setMeta("collector", [2, 3], at: Samples.now)
      try subject.reopen()
      #expect(try await subject.store.meta("collector") == [2, 3])
    }
  }
}
