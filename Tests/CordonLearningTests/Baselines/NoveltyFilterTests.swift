import CordonCore
import CordonLearning
import CordonTestSupport
import Testing

@Suite struct NoveltyFilterTests {
  @Test func `what was seen is known, what was not is new`() {
    var filter = NoveltyFilter(capacity: 10_000)
    var randomness = SeededRandomness(seed: 1)
    let keys = (0..<10_000).map { _ in randomness.next() }
    for key in keys { _ = filter.insert(key) }
    #expect(keys.allSatisfy(filter.contains))
    let wrong = (0..<20_000).count { _ in filter.contains(randomness.next()) }
    #expect(wrong < 400, "\(wrong) of 20,000 new keys were taken for known")
  }

  @Test func `two generations remember the last, and forget the oldest, in bounded memory`() {
    var filter = NoveltyFilter(capacity: 1000)
    let bytes = filter.byteCount
    var randomness = SeededRandomness(seed: 2)
    let keys = (0..<10_000).map { _ in randomness.next() }
    for (index, key) in keys.enumerated() {
      _ = filter.insert(key)
      if index > 1000 { #expect(filter.contains(keys[index - 999])) }
    }
    #expect(filter.byteCount == bytes)
    #expect(bytes <= 2600)
    #expect(keys.prefix(5000).count(where: filter.contains) < 200)
  }

  @Test func `a key in use outlives its generation`() {
    var filter = NoveltyFilter(capacity: 100)
    var randomness = SeededRandomness(seed: 3)
    let isNewAtFirst = filter.insert(42)
    #expect(isNewAtFirst)
    for _ in 0..<1000 {
      _ = filter.insert(randomness.next())
      let isNew = filter.insert(42)
      #expect(!isNew)
    }
  }

  @Test func `entity, feature and item each make another key`() {
    let keys = Set([
      NoveltyFilter.key(entity: 1, feature: 2, item: 3), NoveltyFilter.key(entity: 2, feature: 1, item: 3),
      NoveltyFilter.key(entity: 1, feature: 3, item: 2), NoveltyFilter.key(entity: 1, feature: 2, item: 4),
    ])
    #expect(keys.count == 4)
    #expect(
      EntityRef(kind: .host, label: "ward-1").stableHash != EntityRef(kind: .device, label: "ward-1").stableHash)
  }

  @Test func `the filter survives a reboot; damage is refused`() throws {
    var filter = NoveltyFilter(capacity: 100)
    for key in UInt64(0)..<150 { _ = filter.insert(key) }
    #expect(try NoveltyFilter(encoded: filter.encoded) == filter)
    let encoded = filter.encoded
    let damaged: [[UInt8]] = [[], [1], [2] + Array(encoded.dropFirst()), encoded + [0], Array(encoded.dropLast())]
    for bytes in damaged {
      expectRefusal("malformed-state") { _ = try NoveltyFilter(encoded: bytes) }
    }
    // A capacity that would take gigabytes is refused by the length alone.
    expectRefusal("malformed-state") { _ = try NoveltyFilter(encoded: [1, 0, 0, 0, 1, 0, 0, 0, 0]) }
  }
}

@Suite struct CountMinSketchTests {
  @Test func `an estimate is never too low, and seldom much too high`() {
    var sketch = CountMinSketch(width: 2000)
    var randomness = SeededRandomness(seed: 4)
    var truth: [UInt64: UInt32] = [:]
    for _ in 0..<20_000 {
      let item = UInt64(Double.random(in: 0...1, using: &randomness).squareRoot() * 3000)
      truth[item, default: 0] += 1
      sketch.insert(item)
    }
    let off = truth.count { sketch.estimate($0) > $1 + 27 }
    #expect(truth.allSatisfy { sketch.estimate($0) >= $1 })
    #expect(off <= truth.count / 50)
    #expect(sketch.rarity(999_999_999) > sketch.rarity(2900))
  }

  @Test func `merging adds`() throws {
    var left = CountMinSketch(width: 64)
    var right = left
    var both = left
    for item in UInt64(0)..<500 {
      if item.isMultiple(of: 2) { left.insert(item) } else { right.insert(item) }
      both.insert(item)
    }
    left.merge(right)
    #expect(left == both)
    #expect(try CountMinSketch(encoded: both.encoded) == both)
    expectRefusal("malformed-state") { _ = try CountMinSketch(encoded: Array(both.encoded.dropLast())) }
  }
}
