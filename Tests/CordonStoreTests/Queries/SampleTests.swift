import CordonCore
import CordonStore
import CordonTestSupport
import Synchronization
import Testing

@Suite("Sample: which windows models are trained from")
struct SampleTests {
  static let day: Duration = .seconds(86_400)

  /// A sketch that is the set of hashes itself, so that tests count exactly.
  static func sampling(
    windows: Int, ofOne: Int? = nil, entities: Int = 1_000, hash: @Sendable @escaping (EntityRef) -> UInt64 = mixed
  ) -> WindowSampling {
    WindowSampling(
      mostWindows: windows, mostOfOne: ofOne ?? windows, mostEntities: entities, hash: hash
    ) { sketch, hashes in
      let known = String(decoding: sketch ?? [], as: UTF8.self).split(separator: " ").compactMap { UInt64($0) }
      return Array(hashes.union(known).sorted().map { "\($0)" }.joined(separator: " ").utf8)
    }
  }

  @Sendable static func mixed(_ entity: EntityRef) -> UInt64 {
    entity.label.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x9E37_79B9_7F4A_7C15 }
  }

  static func host(_ number: Int) -> EntityRef { EntityRef(kind: .host, label: "ws-\(number)") }

  /// Windows of some machines, one a minute, as their agents send them.
  static func fill(
    _ store: CollectorStore, _ machines: some Sequence<Int>, windows: (Int) -> Int, at time: Timestamp = Samples.now,
    epoch: UInt64 = 1
  ) async throws {
    try await store.commit(
      machines.map { number in
        Samples.batch(
          number, epoch: epoch,
          (0..<windows(number)).map { index in
            .window(Samples.window(host(number), start: time.advanced(by: .seconds(Int64(60 * index)))))
          })
      }, at: time)
  }

  static func takeUp(_ store: CollectorStore, _ sampling: WindowSampling, page: Int = 7) async throws {
    while try await store.sampleWindows(sampling, most: page) > 0 {}
  }

  static func sampled(_ store: CollectorStore, since: Timestamp = .epoch) async throws -> [String: Int] {
    let found = Mutex<[String: Int]>([:])
    try await store.forEachSampledWindow(schema: 1, receivedSince: since) { stored in
      found.withLock { $0[stored.window.entity.label, default: 0] += 1 }
      return true
    }
    return found.withLock { $0 }
  }

  /// Entities in the order of their priorities, as long as all of their windows fit.
  static func cut(_ entities: [SampledEntity], most: Int) -> [SampledEntity] {
    var left = most
    return Array(
      entities.sorted { $0.priority < $1.priority }.prefix { entity in
        left -= entity.windows
        return left >= 0
      })
  }

  /// Two collectors' samples, joined and cut again, are the sample of who has it all; in whichever order windows came.
  @Test(arguments: [3, 40, 95, 1_000], 0..<4 as Range<UInt64>)
  func samplesOfTwoStoresMakeTheSampleOfBoth(most: Int, seed: UInt64) async throws {
    var randomness = SeededRandomness(seed: seed)
    let counts = (0..<30).map { _ in Int.random(in: 1...min(most, 9), using: &randomness) }
    let left = (0..<30).filter { _ in Bool.random(using: &randomness) }
    let sampling = Self.sampling(windows: most)
    func sample(of machines: [Int]) async throws -> [SampledEntity] {
      try await StoreKind.sqlite.sampled { store in
        for part in [machines.filter { $0 % 3 == 0 }, machines.filter { $0 % 3 != 0 }] where !part.isEmpty {
          try await Self.fill(store, part, windows: { counts[$0] })
          try await Self.takeUp(store, sampling)
        }
        return try await store.sampledEntities(schema: 1)
      }
    }
    let whole = try await sample(of: (0..<30).shuffled(using: &randomness))
    let joined = try await sample(of: left) + sample(of: (0..<30).filter { !left.contains($0) })
    #expect(Self.cut(joined, most: most) == whole)
    #expect(whole.reduce(0) { $0 + $1.windows } <= most && !whole.isEmpty)
  }

  /// Every entity is as likely as any other to be in the sample: counted over hashes of many seeds.
  @Test func everyEntityIsAsLikely() async throws {
    var chosen = [Int](repeating: 0, count: 12)
    for seed in 0..<60 as Range<UInt64> {
      let sampling = Self.sampling(windows: 8) { entity in
        var randomness = SeededRandomness(seed: Self.mixed(entity) ^ seed &* 0x2545_F491_4F6C_DD1D)
        return randomness.next()
      }
      let found = try await StoreKind.sqlite.sampled { store in
        try await Self.fill(store, 0..<12, windows: { _ in 2 })
        try await Self.takeUp(store, sampling)
        return try await Self.sampled(store)
      }
      #expect(found.count == 4)
      for number in 0..<12 where found["ws-\(number)"] != nil { chosen[number] += 1 }
    }
    // 60 draws of 4 in 12: 20 on average, standard deviation 3.7.
    #expect(chosen.allSatisfy { (6...34).contains($0) }, "\(chosen)")
  }

  @Test func eachWindowIsLookedAtOnceAcrossRestarts() async throws {
    try await StoreKind.sqlite.withStore { subject in
      let sampling = Self.sampling(windows: 20)
      try await Self.fill(subject.store, 0..<10, windows: { _ in 4 })
      #expect(try await subject.store.sampleWindows(sampling, most: 30) == 30)
      try subject.reopen()
      #expect(try await subject.store.sampleWindows(sampling, most: 30) == 10)
      #expect(try await subject.store.sampleWindows(sampling, most: 30) == 0)
      let found = try await Self.sampled(subject.store)
      #expect(found.values.allSatisfy { $0 == 4 } && found.count == 5)
      let counts = try await subject.store.entityCounts(schema: 1, receivedSince: Samples.now)
      #expect(counts.map { $0.split(separator: UInt8(ascii: " ")).count } == [10])
      #expect(try await subject.store.entityCounts(schema: 2, receivedSince: Samples.now).isEmpty)
      #expect(try await subject.store.check().isEmpty)
    }
  }

  /// What floods its own entity's windows keeps its place and takes nobody else's.
  @Test func oneEntityHasNoMoreThanItsShare() async throws {
    try await StoreKind.sqlite.withStore { subject in
      let sampling = Self.sampling(windows: 40, ofOne: 10) { $0.label == "ws-0" ? 0 : Self.mixed($0) }
      try await Self.fill(subject.store, 0..<6, windows: { $0 == 0 ? 500 : 5 })
      try await Self.takeUp(subject.store, sampling)
      let found = try await Self.sampled(subject.store)
      #expect(found["ws-0"] == 10 && found.count == 6, "\(found)")
    }
  }

  @Test func entitiesAreBoundedByThemselves() async throws {
    try await StoreKind.sqlite.withStore { subject in
      try await Self.fill(subject.store, 0..<30, windows: { _ in 1 })
      try await Self.takeUp(subject.store, Self.sampling(windows: 1_000, entities: 12))
      #expect(try await subject.store.sampledEntities(schema: 1).count == 12)
    }
  }

  @Test func windowsOfAWrongClockAndOfUnknownSchemasStayOut() async throws {
    try await StoreKind.sqlite.withStore { subject in
      var skewed = Samples.window()
      skewed.isSkewed = true
      try await subject.store.commit(
        [Samples.batch(1, [.window(skewed), .window(Samples.window(schema: 9_999)), .window(Samples.window())])],
        at: Samples.now)
      try await Self.takeUp(subject.store, Self.sampling(windows: 10))
      #expect(try await Self.sampled(subject.store) == ["ws-1": 1])
      #expect(try await subject.store.sampledEntities(schema: 9_999).isEmpty)
    }
  }

  /// Days that are dropped leave room, and once a day the cut gives way to it.
  @Test func roomThatIsFreeIsFilledAgain() async throws {
    try await StoreKind.sqlite.withStore { subject in
      let store = subject.store
      let sampling = Self.sampling(windows: 40, ofOne: 10)
      try await Self.fill(store, 0..<40, windows: { _ in 10 })
      try await Self.takeUp(store, sampling)
      let first = try await Self.sampled(store)
      #expect(first.count == 4)
      let later = Samples.now.advanced(by: Self.day * 40)
      try await Self.fill(store, 0..<40, windows: { _ in 1 }, at: later, epoch: 2)
      _ = try await store.applyRetention(RetentionSettings(windowDays: 30), at: later)
      #expect(try await store.sampledEntities(schema: 1).isEmpty)
      try await Self.takeUp(store, sampling, page: 100)
      let second = try await Self.sampled(store)
      #expect(second.count > first.count && first.keys.allSatisfy { second[$0] != nil }, "\(second)")
      #expect(try await Self.sampled(store, since: later.advanced(by: .seconds(1))).isEmpty)
      #expect(try await store.entityCounts(schema: 1, receivedSince: .epoch).count == 1)
    }
  }
}

extension StoreKind {
  /// What a body finds in an empty store of this kind.
  func sampled<Found: Sendable>(_ body: @Sendable (CollectorStore) async throws -> Found) async throws -> Found {
    let found = Mutex<Found?>(nil)
    try await withStore { subject in
      let value = try await body(subject.store)
      found.withLock { $0 = value }
    }
    return try #require(found.withLock { $0 })
  }
}
