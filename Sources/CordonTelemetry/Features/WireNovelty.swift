package import CordonCore

/// Whom an entity has dealt with before, on the network.
///
/// What is kept does not outlive the process: after a start nobody is new to an entity until it has been watched for
/// `warmUp`, so that a restart makes no alarm. Bounded: `limit` pairs and `entityLimit` entities in each of two
/// generations.
package struct WireNovelty: Sendable {
  package static let limit = 32_768
  package static let entityLimit = 4096
  package static let warmUp = Duration.seconds(3600)

  private struct Pair: Hashable, Sendable {
    var entity: UInt64
    var other: UInt64
  }

  private var pairs = GenerationCache<Pair, Timestamp>(limit: limit)
  private var since = GenerationCache<UInt64, Timestamp>(limit: entityLimit)

  package init() {}

  /// Notes that an entity dealt with another, or used a name; true where that is new.
  ///
  /// It stays new for the length of a window, so that all that is counted of it is counted as new.
  package mutating func isNew(_ other: UInt64, to entity: UInt64, at time: Timestamp, for span: Duration) -> Bool {
    let watched = since[entity] ?? time
    since[entity] = watched
    let pair = Pair(entity: entity, other: other)
    guard let first = pairs[pair] else {
      let isKnown = time.since(watched) >= Self.warmUp
      // What is met while warming up counts as met before.
      pairs[pair] = isKnown ? time : .epoch
      return isKnown
    }
    return first > .epoch && time.since(first) < span
  }
}
