package import CordonCore
import CordonLearning

/// How regularly one machine calls another: malware asks for orders by the clock.
///
/// For each pair and port the times between the last `intervalLimit` connections; the score is 1 minus their median
/// absolute deviation over their median, as RITA (Active Countermeasures) judges dispersion, so that a few missed calls and
/// some jitter change little. What calls more often than every `shortest` works, and does not wait. Outlives a restart
/// (`encode`). Bounded: `pairLimit` pairs in each of two generations, 750 kB on disk; a few microseconds a connection.
package struct BeaconMemory: Sendable {
  package static let pairLimit = 4096
  package static let intervalLimit = 16
  /// Intervals below which nothing can be said.
  package static let fewest = 6
  package static let shortest = Duration.seconds(5)

  package struct Pair: Hashable, Sendable {
    package var client: UInt64
    package var server: UInt64
    package var port: UInt16

    package init(client: UInt64, server: UInt64, port: UInt16) {
      self.client = client
      self.server = server
      self.port = port
    }
  }

  private struct Calls: Sendable {
    var last: Timestamp
    /// Milliseconds.
    var intervals: [Int64] = []
  }

  private var pairs = GenerationCache<Pair, Calls>(limit: pairLimit)

  package init() {}

  /// Bytes that `encode` writes, at most.
  static let encodedLimit = 4 + 2 * pairLimit * (27 + 4 * intervalLimit)

  /// Writes what is kept, in one order.
  func encode(to writer: inout StateWriter) {
    let known = pairs.contents.sorted {
      ($0.key.client, $0.key.server, $0.key.port) < ($1.key.client, $1.key.server, $1.key.port)
    }
    writer.put(UInt32(known.count))
    for (pair, calls) in known {
      writer.put(pair.client)
      writer.put(pair.server)
      writer.put(pair.port)
      writer.put(calls.last.milliseconds)
      writer.put(UInt8(calls.intervals.count))
      for interval in calls.intervals { writer.put(UInt32(clamping: interval)) }
    }
  }

  /// Reads what `encode` wrote; throws `malformed-state` for anything else.
  init(from reader: inout StateReader) throws(CordonError) {
    for _ in 0..<(try reader.count(most: 2 * Self.pairLimit)) {
      let pair = Pair(client: try reader.integer(), server: try reader.integer(), port: try reader.integer())
      var calls = Calls(last: try reader.moment())
      let count = Int(try reader.integer(UInt8.self))
      guard count <= Self.intervalLimit else { throw StateReader.malformed }
      for _ in 0..<count { calls.intervals.append(Int64(try reader.integer(UInt32.self))) }
      pairs[pair] = calls
    }
  }

  /// Takes that a connection began; the score so far, 0 to 1, or nil while nothing can be said.
  package mutating func take(_ pair: Pair, at time: Timestamp) -> Float? {
    guard var calls = pairs[pair] else {
      pairs[pair] = Calls(last: time)
      return nil
    }
    let interval = time.since(calls.last).milliseconds
    // Connections made together are one call, and packets overtake each other.
    guard interval >= 1000 else { return Self.score(calls.intervals) }
    calls.last = time
    calls.intervals.append(interval)
    if calls.intervals.count > Self.intervalLimit { calls.intervals.removeFirst() }
    pairs[pair] = calls
    return Self.score(calls.intervals)
  }

  private static func score(_ intervals: [Int64]) -> Float? {
    guard intervals.count >= fewest else { return nil }
    let middle = median(intervals)
    guard middle >= shortest.milliseconds else { return 0 }
    let deviation = median(intervals.map { abs($0 - middle) })
    return max(0, 1 - Float(deviation) / Float(middle))
  }

  private static func median(_ values: [Int64]) -> Int64 { values.sorted()[values.count / 2] }
}
