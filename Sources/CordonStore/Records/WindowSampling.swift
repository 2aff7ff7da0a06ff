package import CordonCore

/// How windows are sampled for training; hashes and sketches come from who samples, for the store knows neither.
package struct WindowSampling: Sendable {
  /// Windows of a schema, at most.
  package var mostWindows: Int
  /// Windows of one entity, at most: nobody who floods its own entity takes the others' place.
  package var mostOfOne: Int
  /// Entities of a schema, at most.
  package var mostEntities: Int
  /// 64 uniform bits of an entity, the same on every collector.
  package var hash: @Sendable (EntityRef) -> UInt64
  /// A sketch of distinct hashes with some more in it; nil: of none yet.
  package var counting: @Sendable (_ sketch: [UInt8]?, _ hashes: Set<UInt64>) throws -> [UInt8]

  /// - Parameter mostOfOne: at most `mostWindows`, so that one entity always fits.
  package init(
    mostWindows: Int, mostOfOne: Int, mostEntities: Int, hash: @Sendable @escaping (EntityRef) -> UInt64,
    counting: @Sendable @escaping (_ sketch: [UInt8]?, _ hashes: Set<UInt64>) throws -> [UInt8]
  ) {
    precondition(mostOfOne <= mostWindows && mostOfOne > 0 && mostEntities > 0, "one entity always fits")
    self.mostWindows = mostWindows
    self.mostOfOne = mostOfOne
    self.mostEntities = mostEntities
    self.hash = hash
    self.counting = counting
  }
}

/// An entity of the sample: its place in the order of choice, and how many of its windows are kept.
package struct SampledEntity: Hashable, Sendable {
  /// The first 63 bits of its hash: the least are kept.
  package var priority: UInt64
  package var windows: Int
}
