package import CordonCore

/// Whether an entity was ever seen with an item (a peer, an executable, a patient): one filter an agent.
///
/// Two generations of a Bloom filter (Bloom 1970; two hashes stand for all: Kirsch & Mitzenmacher, "Less hashing, same
/// performance", 2006), keyed (entity, feature, item). When the younger holds `capacity` keys it becomes the elder and the
/// elder is forgotten: a key is remembered for at least `capacity` later new ones, in bounded memory. Never says new of
/// what it remembers; says known of something new with a chance of at most 2 % over both generations. Memory: 2.5 bytes a
/// key of capacity. Cost: 7 probes a generation.
package struct NoveltyFilter: Hashable, Sendable {
  private static let version: UInt8 = 1
  /// With 10 bits a key: false positives of 0.8 % at capacity.
  static let bitsPerKey = 10
  static let probes = 7
  package static let capacityLimit = 1 << 24

  /// Keys of one generation.
  package let capacity: Int
  private var younger: [UInt64]
  private var elder: [UInt64]
  /// Keys in the younger generation.
  private(set) var count = 0

  /// A filter that remembers at least the last `capacity` keys, 1 to `capacityLimit`.
  package init(capacity: Int) {
    precondition((1...Self.capacityLimit).contains(capacity), "a novelty filter holds 1 to 16,777,216 keys")
    self.capacity = capacity
    younger = [UInt64](repeating: 0, count: (capacity * Self.bitsPerKey + 63) / 64)
    elder = younger
  }

  /// Bytes of both generations.
  package var byteCount: Int { 16 * younger.count }

  /// What a filter is asked for: an item of a feature of an entity, each a hash.
  package static func key(entity: UInt64, feature: UInt32, item: UInt64) -> UInt64 {
    var hash = StableHash()
    hash.combine(entity)
    hash.combine(UInt64(feature))
    hash.combine(item)
    return hash.value
  }

  package func contains(_ key: UInt64) -> Bool { holds(younger, key) || holds(elder, key) }

  /// Remembers a key; true where it was new.
  ///
  /// A key that only the elder generation holds is carried over, so that what is in use is not forgotten.
  package mutating func insert(_ key: UInt64) -> Bool {
    if holds(younger, key) { return false }
    let isNew = !holds(elder, key)
    if count >= capacity {
      elder = younger
      younger = [UInt64](repeating: 0, count: younger.count)
      count = 0
    }
    count += 1
    for probe in 0..<Self.probes {
      let bit = position(key, probe)
      younger[bit / 64] |= 1 << UInt64(bit % 64)
    }
    return isNew
  }

  private func holds(_ bits: [UInt64], _ key: UInt64) -> Bool {
    (0..<Self.probes).allSatisfy { probe in
      let bit = position(key, probe)
      return bits[bit / 64] & (1 << UInt64(bit % 64)) != 0
    }
  }

  private func position(_ key: UInt64, _ probe: Int) -> Int {
    let step = StableHash.finished(key) | 1
    let mixed = key &+ step &* UInt64(probe)
    return Int(mixed.multipliedFullWidth(by: UInt64(younger.count * 64)).high)
  }
}

extension NoveltyFilter {
  /// The state as a shell keeps it.
  package var encoded: [UInt8] {
    var writer = StateWriter()
    writer.put(Self.version)
    writer.put(UInt32(capacity))
    writer.put(UInt32(count))
    for word in younger + elder { writer.put(word) }
    return writer.bytes
  }

  /// Reads a state; throws `malformed-state` for anything that `encoded` would not have written.
  package init(encoded bytes: [UInt8]) throws(CordonError) {
    var reader = StateReader(bytes)
    try reader.version(Self.version)
    let capacity = Int(try reader.integer(UInt32.self))
    let count = Int(try reader.integer(UInt32.self))
    // Checked before anything is allocated for it.
    guard (1...Self.capacityLimit).contains(capacity), count <= capacity,
      bytes.count == 9 + 16 * ((capacity * Self.bitsPerKey + 63) / 64)
    else { throw StateReader.malformed }
    self.init(capacity: capacity)
    self.count = count
    for index in younger.indices { younger[index] = try reader.integer() }
    for index in elder.indices { elder[index] = try reader.integer() }
    try reader.end()
  }
}
