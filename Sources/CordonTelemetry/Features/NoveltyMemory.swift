package import CordonCore
import CordonLearning
package import Crypto

/// What machines and their users have been seen with before: executables, places that people log on from.
///
/// Items are hashed under a key that never leaves the machine and outlives the site's key epochs, so that a rotation makes
/// nothing new. One filter for everything, of bounded size; what was not seen for very long counts as new again.
package struct NoveltyMemory: Sendable {
  /// Items of one machine that are remembered at least; 82 kB on disk and in memory.
  package static let capacity = 32_768

  private var filter: NoveltyFilter
  private var hasher: SketchHasher

  /// - Parameters:
  ///   - key: the agent's own.
  ///   - capacity: items remembered at least, 2.5 bytes each.
  ///   - bytes: what `encoded` gave; anything else is as if nothing had been seen yet.
  package init(key: SymmetricKey, capacity: Int = NoveltyMemory.capacity, encoded bytes: [UInt8] = []) {
    hasher = SketchHasher(ownKey: key)
    let known = try? NoveltyFilter(encoded: bytes)
    filter = known.flatMap { $0.capacity == capacity ? $0 : nil } ?? NoveltyFilter(capacity: capacity)
  }

  /// Notes an item of a feature; true the first time.
  ///
  /// - Parameter owner: whose first time it is; nil: this machine's.
  package mutating func isFirst(
    _ item: [UInt8], _ domain: SketchHasher.Domain, of owner: CanonicalName?, feature: UInt32
  ) -> Bool {
    let entity = owner.map { hasher.hash($0.bytes, as: .account) } ?? 0
    return filter.insert(NoveltyFilter.key(entity: entity, feature: feature, item: hasher.hash(item, as: domain)))
  }

  /// Bytes of `encoded` for a capacity.
  package static func encodedLimit(capacity: Int) -> Int { 9 + 16 * ((capacity * 10 + 63) / 64) }

  /// The state as a shell keeps it.
  package var encoded: [UInt8] { filter.encoded }
}
