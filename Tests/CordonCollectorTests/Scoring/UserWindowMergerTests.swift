import CordonCollector
import CordonCore
import CordonLearning
import CordonStore
import CordonTestSupport
import Testing

@Suite struct UserWindowMergerTests {
  private static let user = EntityRef(kind: .user, keyEpoch: 1, pseudonym: [UInt8](repeating: 5, count: 16))
  private static let start = FakeClock.start

  /// What a user did, as one machine would have seen it: executables and peers by their hashes.
  private struct Deed {
    var executable: UInt64
    var peer: UInt64
    var failed: Bool
  }

  private static func window(of deeds: [Deed], isPartial: Bool) -> EntityWindow {
    let schema = FeatureSchema.userAtHost
    var values: [UInt32: Float] = [201: Float(deeds.count), 203: Float(deeds.count)]
    values[204] = Float(deeds.count { $0.failed })
    values[212] = values[204]
    var executables = HyperLogLog()
    var peers = HyperLogLog()
    for deed in deeds {
      executables.insert(deed.executable)
      peers.insert(deed.peer)
    }
    values[202] = Float(executables.estimate)
    values[205] = Float(peers.estimate)
    return EntityWindow(
      entity: user, schema: schema.id, start: start, length: 60_000, observations: UInt32(deeds.count),
      features: schema.features.map { values[$0.id] ?? 0 },
      sketches: [
        EntityWindow.DistinctSketch(feature: 202, registers: executables.encoded),
        EntityWindow.DistinctSketch(feature: 205, registers: peers.encoded),
      ], isPartial: isPartial)
  }

  @Test(arguments: UInt64(1)...5) func oneUserOverTwentyAgentsIsAsOneOverOne(seed: UInt64) async throws {
    var randomness = SeededRandomness(seed: seed)
    let deeds = (0..<500).map { _ in
      Deed(
        executable: UInt64.random(in: 0..<40, using: &randomness).hashed,
        peer: UInt64.random(in: 0..<200, using: &randomness).hashed, failed: Bool.random(using: &randomness))
    }
    var machines = [[Deed]](repeating: [], count: 20)
    for deed in deeds { machines[Int.random(in: 0..<20, using: &randomness)].append(deed) }
    let parts = machines.map { Self.window(of: $0, isPartial: true) }
    try await withTemporaryFolder { folder in
      let store = try CollectorStore(path: "\(folder)/store.sqlite")
      for (number, part) in parts.enumerated() {
        let agent = try Samples.agent(number + 1)
        try await store.commit(
          [
            NumberedBatch(
              agent: agent, lane: .window, epoch: SpoolEpoch(bits: 1), after: 0, through: 1,
              records: [NumberedRecord(sequence: 1, record: .window(part))])
          ], at: Self.start.advanced(by: .seconds(90)))
      }
      let merger = UserWindowMerger(store: store)
      let schema = FeatureSchema.userAtHost.id
      let merged = try #require(try await merger.window(of: Self.user, start: Self.start, schema: schema))
      let whole = try WindowMerge.merge([Self.window(of: deeds, isPartial: false)])
      #expect(merged == whole, "seed \(seed)")
      let listed = try await merger.windows(
        schema: schema, from: Self.start, to: Self.start.advanced(by: .seconds(60)))
      #expect(listed == [merged])
      #expect(
        try await merger.window(of: Self.user, start: Self.start.advanced(by: .seconds(60)), schema: schema) == nil)
    }
  }
}

extension UInt64 {
  /// Spread over all bits, as a hash is.
  fileprivate var hashed: UInt64 {
    var randomness = SeededRandomness(seed: self)
    return randomness.next()
  }
}
