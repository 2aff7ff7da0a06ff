import CordonCollector
import CordonCore
import CordonTestSupport
import Synchronization
import Testing

@Suite struct IngestServiceTests {
  /// Runs a service beside a body; the service ends with it.
  private func withService(
    _ store: FakeIngestStore, settings: IngestSettings = IngestSettings(),
    observer: @escaping IngestService.Observer = { _ in },
    _ body: @Sendable @escaping (IngestService) async throws -> Void
  ) async throws {
    let service = IngestService(store: store, clock: FakeClock(), settings: settings, observer: observer)
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await service.run() }
      try await body(service)
      group.cancelAll()
    }
    await expectRefusal("ingest-stopping") { _ = try await service.submit(Ingest.batch(1, [1]), from: Ingest.agent) }
  }

  @Test func manyStreamsShareCommitsAndEveryRecordIsStoredOnce() async throws {
    let store = FakeIngestStore()
    let seen = Mutex(0)
    let agents = (0..<20).map { AgentID(Hex.encode([UInt8](repeating: UInt8($0), count: 16)))! }
    try await withService(
      store, observer: { batches in seen.withLock { $0 += batches.reduce(0) { $0 + $1.records.count } } }
    ) { service in
      try await withThrowingTaskGroup(of: Void.self) { group in
        for agent in agents {
          group.addTask {
            let epoch = SpoolEpoch(bits: UInt64(agent.text.prefix(2), radix: 16)!)
            _ = try await service.open(agent, asked: [])
            for first in stride(from: UInt64(1), to: 100, by: 10) {
              let numbers = (first..<first + 10).map { UInt64?($0) }
              let reply = try await service.submit(Ingest.batch(first, numbers, epoch: epoch), from: agent)
              #expect(reply.acknowledged.through == first + 9)
            }
            service.close(agent)
          }
        }
        try await group.waitForAll()
      }
      #expect(service.counters.records == 2_000)
    }
    store.contents.withLock {
      #expect($0.records.count == 2_000)
      #expect($0.groups.count < 200, "20 streams sent 200 batches; a group holds several")
    }
    #expect(seen.withLock { $0 } == 2_000)
  }

  @Test func aFailingStoreAcknowledgesNothingAndRecovers() async throws {
    let store = FakeIngestStore()
    try await withService(store) { service in
      _ = try await service.open(Ingest.agent, asked: [])
      store.contents.withLock { $0.failure = CordonError(.inputOutput, "store-disk-full", "The disk is full.") }
      await expectRefusal("store-disk-full") { _ = try await service.submit(Ingest.batch(1, [1]), from: Ingest.agent) }
      store.contents.withLock { $0.failure = nil }
      service.close(Ingest.agent)
      #expect(try await service.open(Ingest.agent, asked: [Ingest.position(1)]) == [Ingest.position(0)])
      #expect(try await service.submit(Ingest.batch(1, [1]), from: Ingest.agent).acknowledged.through == 1)
    }
  }

  @Test func anotherWriterCostsItsOwnAgentAlone() async throws {
    let store = FakeIngestStore()
    let settings = IngestSettings(groupRecords: 2, groupDelay: .seconds(60))
    try await withService(store, settings: settings) { service in
      _ = try await service.open(Ingest.agent, asked: [])
      _ = try await service.open(Ingest.other, asked: [])
      store.contents.withLock { $0.watermarks[Ingest.agent] = [Ingest.position(7)] }
      async let moved = service.submit(Ingest.batch(1, [1]), from: Ingest.agent)
      async let stored = service.submit(Ingest.batch(1, [1]), from: Ingest.other)
      let reply = try await stored
      #expect(reply.acknowledged.through == 1)
      do {
        _ = try await moved
        Issue.record("stored over another writer's watermark")
      } catch let error as CordonError {
        #expect(error.code == "ingest-watermark-moved")
      }
    }
  }

  @Test func aFullQueueMakesFurtherStreamsWait() async throws {
    let store = FakeIngestStore()
    let settings = IngestSettings(groupRecords: 1, groupDelay: .zero, mostPendingRecords: 1)
    try await withService(store, settings: settings) { service in
      try await withThrowingTaskGroup(of: Void.self) { group in
        for number in 0..<50 as Range<UInt8> {
          group.addTask {
            let agent = AgentID(Hex.encode([UInt8](repeating: number, count: 16)))!
            _ = try await service.open(agent, asked: [])
            let batch = Ingest.batch(1, [1], epoch: SpoolEpoch(bits: UInt64(number)))
            #expect(try await service.submit(batch, from: agent).acknowledged.through == 1)
          }
        }
        try await group.waitForAll()
      }
    }
    #expect(store.contents.withLock { $0.records.count } == 50)
  }
}
