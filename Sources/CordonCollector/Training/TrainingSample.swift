import CordonCore
import CordonLearning
package import CordonStore

/// What of all windows models are trained from: whole entities, chosen by their hash, as many as fit.
///
/// Windows are looked at once, as they come, and training reads the sample alone: it costs the same for a hundred agents
/// and for a million. How many entities there are in all is a sketch's estimate (`HyperLogLog`, within some percent). What
/// it cannot prevent: an agent that invents users fills the users' sample with them, as it fills the users' list.
package enum TrainingSample {
  /// As large as a training holds at once.
  package static let sampling = sampling(mostWindows: 300_000, mostOfOne: 50_000, mostEntities: 20_000)

  /// - Parameters:
  ///   - mostWindows: of a schema.
  ///   - mostOfOne: of an entity; 50,000 are more than 28 days of minutes.
  ///   - mostEntities: of a schema; each has a scorer of some kilobytes in training.
  static func sampling(mostWindows: Int, mostOfOne: Int, mostEntities: Int) -> WindowSampling {
    WindowSampling(
      mostWindows: mostWindows, mostOfOne: mostOfOne, mostEntities: mostEntities, hash: \.stableHash
    ) { bytes, hashes in
      var sketch = try HyperLogLog(encoded: bytes ?? [])
      for hash in hashes { sketch.insert(hash) }
      return sketch.encoded
    }
  }

  /// Takes up all that came since.
  package static func takeUp(_ store: CollectorStore, _ sampling: WindowSampling = sampling) async throws {
    while try await store.sampleWindows(sampling) > 0 { try Task.checkCancellation() }
  }

  /// How many entities of a schema sent windows since a moment, estimated.
  static func entities(of schema: FeatureSchema, since: Timestamp, in store: CollectorStore) async throws -> Int {
    var all = HyperLogLog()
    for sketch in try await store.entityCounts(schema: schema.id, receivedSince: since) {
      all.merge(try HyperLogLog(encoded: sketch))
    }
    return Int(all.estimate.rounded())
  }
}
