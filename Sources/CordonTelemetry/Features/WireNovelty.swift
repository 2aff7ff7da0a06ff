package import CordonCore
import CordonLearning

/// Whom an entity has dealt with before, on the network.
///
/// Nobody is new to an entity until it has been watched for `warmUp`: who first sees it knows nothing of its past. Names
/// are hashes under a key that outlives the site's key epochs, and what is kept outlives a restart (`encode`). Bounded:
/// `limit` pairs and `entityLimit` entities in each of two generations, 2 MB on disk.
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

  /// Whether anybody was seen yet.
  var isUsed: Bool { since.count > 0 }

  /// Bytes that `encode` writes, at most.
  static let encodedLimit = 8 + 2 * limit * 24 + 2 * entityLimit * 16

  /// Writes what is kept, in one order.
  func encode(to writer: inout StateWriter) {
    let watched = since.contents.sorted { $0.key < $1.key }
    writer.put(UInt32(watched.count))
    for (entity, start) in watched {
      writer.put(entity)
      writer.put(start.milliseconds)
    }
    let met = pairs.contents.sorted { ($0.key.entity, $0.key.other) < ($1.key.entity, $1.key.other) }
    writer.put(UInt32(met.count))
    for (pair, first) in met {
      writer.put(pair.entity)
      writer.put(pair.other)
      writer.put(first.milliseconds)
    }
  }

  /// Reads what `encode` wrote; throws `malformed-state` for anything else.
  init(from reader: inout StateReader) throws(CordonError) {
    for _ in 0..<(try reader.count(most: 2 * Self.entityLimit)) {
      let entity = try reader.integer(UInt64.self)
      since[entity] = try reader.moment()
    }
    for _ in 0..<(try reader.count(most: 2 * Self.limit)) {
      let pair = Pair(entity: try reader.integer(), other: try reader.integer())
      pairs[pair] = try reader.moment()
    }
  }

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
    return first > .epoch && (.zero..<span).contains(time.since(first))
  }
}
