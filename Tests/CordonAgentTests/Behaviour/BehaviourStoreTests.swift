import CordonAgent
import CordonCore
import CordonLearning
import CordonTestSupport
import FoundationEssentials
import Glibc
import Testing

/// What was learned survives a restart, is bounded, and a damaged file costs the learning and not the agent.
@Suite struct BehaviourStoreTests {
  private typealias Support = BehaviourSupport

  private static func past(_ minutes: Range<Int>) -> [(key: BehaviourStage.Key, window: PastWindow)] {
    minutes.map { minute in
      let window = Support.window(minute, processes: Float(minute % 7))
      return (
        Support.key,
        PastWindow(
          start: window.start, length: window.length, features: window.features,
          surprises: [Float](repeating: 0.5, count: window.features.count))
      )
    }
  }

  @Test func everythingSurvivesARestart() async throws {
    try await withTemporaryFolder { folder in
      let path = "\(folder)/behaviour.sqlite"
      var stage = BehaviourStage()
      try Support.learn(days: 1, &stage)
      let pseudonymous = BehaviourStage.Key(
        schema: 1, entity: EntityRef(kind: .device, keyEpoch: 3, pseudonym: [UInt8](0..<16)))
      var shelf = ModelShelf()
      let offer = ModelOffer(
        digest: [UInt8](repeating: 4, count: 32), size: 9, role: .champion, ring: 0, serial: 2, schema: 1)
      _ = shelf.take(offer)
      shelf.run(.init(schema: 1, role: .champion), envelope: [1, 2, 3], isGated: true)
      let next = ModelOffer(
        digest: [UInt8](repeating: 5, count: 32), size: 9, role: .champion, ring: 0, serial: 3, schema: 1)
      _ = shelf.take(next)
      shelf.run(.init(schema: 1, role: .champion), envelope: [4, 5], isGated: true)
      #expect(shelf[reserve: .init(schema: 1, role: .champion)]?.envelope == [1, 2, 3])
      var trial = offer
      trial.role = .shadow
      _ = shelf.take(trial)
      do {
        let store = BehaviourStore(path: path, at: FakeClock.start)
        #expect(store.restored.problem == nil)
        let (states, past) = stage.takeUnsaved()
        #expect(await store.save(states + [(pseudonymous, states[0].state)], past))
        #expect(await store.save(shelf))
      }
      let again = BehaviourStore(path: path, at: FakeClock.start)
      #expect(again.restored.problem == nil)
      #expect(again.restored.shelf == shelf)
      let known = again.restored.stage.watches(of: 1)
      #expect(known.count == 2 && known.contains { $0.key == pseudonymous })
      #expect(known.first { $0.key == Support.key }?.watch.encoded == stage.watches(of: 1).first?.watch.encoded)
      #expect(await again.past(of: Support.key).count == 600)
      #expect(await again.failures == 0)
    }
  }

  @Test func aWeekIsKept() async throws {
    try await withTemporaryFolder { folder in
      let store = BehaviourStore(path: "\(folder)/behaviour.sqlite", at: FakeClock.start)
      #expect(await store.save([], Self.past(0..<3000)))
      #expect(await store.save([], Self.past(9 * 1440..<9 * 1440 + 10)))
      let kept = await store.past(of: Support.key)
      let oldest = 2 * 1440 + 9
      #expect(kept.first?.start == Support.window(oldest, processes: 0).start)
      #expect(kept.count == 3000 - oldest + 10)
      // The same window again takes the place of the first.
      #expect(await store.save([], Self.past(9 * 1440..<9 * 1440 + 10)))
      #expect(await store.past(of: Support.key).count == kept.count)
    }
  }

  @Test func aDamagedFileIsSetAside() async throws {
    try await withTemporaryFolder { folder in
      let path = "\(folder)/behaviour.sqlite"
      try Data(repeating: 0x5A, count: 9000).write(to: URL(filePath: path))
      let store = BehaviourStore(path: path, at: FakeClock.start)
      #expect(store.restored.problem?.code == "sqlite-damaged")
      #expect(await store.failures == 1)
      #expect(await store.save([], Self.past(0..<5)))
      #expect(access("\(path).damaged-\(FakeClock.start.milliseconds)", F_OK) == 0)
      #expect(await store.past(of: Support.key).count == 5)
    }
  }

  @Test func aDiskThatRefusesCostsNothingButTheMemory() async throws {
    let store = BehaviourStore(path: "/nowhere/behaviour.sqlite", at: FakeClock.start)
    #expect(store.restored.problem?.code == "sqlite-io")
    #expect(await !store.save([], Self.past(0..<5)))
    #expect(await store.past(of: Support.key).isEmpty)
  }
}
