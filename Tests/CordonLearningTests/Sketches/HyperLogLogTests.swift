import CordonCore
import CordonLearning
import CordonTestSupport
import Testing

@Suite struct HyperLogLogTests {
  static func sketch(of count: Int, seed: UInt64) -> HyperLogLog {
    var randomness = SeededRandomness(seed: seed)
    var sketch = HyperLogLog()
    for _ in 0..<count { sketch.insert(randomness.next()) }
    return sketch
  }

  @Test(arguments: [0, 1, 2, 10, 100, 1000, 10_000, 200_000])
  func `the estimate is within four standard errors`(count: Int) {
    for seed in UInt64(1)...5 {
      let estimate = Self.sketch(of: count, seed: seed).estimate
      #expect(abs(estimate - Double(count)) <= max(0.5, 4 * 0.0163 * Double(count)), "seed \(seed): \(estimate)")
    }
  }

  @Test(arguments: [0, 1, 5, 511, 512, 513, 514, 5000])
  func `what is encoded is read back, byte for byte`(count: Int) throws {
    let sketch = Self.sketch(of: count, seed: 7)
    let encoded = sketch.encoded
    #expect(encoded.count <= HyperLogLog.encodedLimit)
    let read = try HyperLogLog(encoded: encoded)
    #expect(read.encoded == encoded)
    #expect(read.estimate == sketch.estimate)
  }

  @Test(arguments: UInt64(1)...20) func `any split merges to the same registers`(seed: UInt64) {
    var randomness = SeededRandomness(seed: seed)
    let hashes = (0..<Int.random(in: 1...2000, using: &randomness)).map { _ in randomness.next() }
    var whole = HyperLogLog()
    var parts = [HyperLogLog](repeating: HyperLogLog(), count: 7)
    for hash in hashes {
      whole.insert(hash)
      parts[Int.random(in: 0..<7, using: &randomness)].insert(hash)
      if Bool.random(using: &randomness) { parts[Int.random(in: 0..<7, using: &randomness)].insert(hash) }
    }
    parts.shuffle(using: &randomness)
    var merged = HyperLogLog()
    for part in parts { merged.merge(part) }
    #expect(merged.encoded == whole.encoded, "seed \(seed)")
    #expect(merged.estimate == whole.estimate)
  }

  @Test func `the same hash again changes nothing`() {
    var sketch = HyperLogLog()
    sketch.insert(42)
    let once = sketch.encoded
    sketch.insert(42)
    #expect(sketch.encoded == once)
  }

  @Test(
    arguments: [
      [3], [1, 0x80], [1, 0x00], [1, 0x3F], [1, 0xFF, 0xFF, 0xFF, 0x01], [2], [2, 1, 2, 3],
      [1] + [UInt8](repeating: 1, count: HyperLogLog.encodedLimit),
      [2] + [UInt8](repeating: 0xFF, count: HyperLogLog.encodedLimit - 1),
    ] as [[UInt8]])
  func `a hostile encoding is refused`(bytes: [UInt8]) {
    expectRefusal("malformed-sketch") { _ = try HyperLogLog(encoded: bytes) }
  }

  @Test func `random bytes never trap`() {
    var randomness = SeededRandomness(seed: 99)
    for _ in 0..<5000 {
      var bytes = randomness.bytes(Int.random(in: 0...40, using: &randomness))
      if !bytes.isEmpty { bytes[0] = UInt8.random(in: 0...3, using: &randomness) }
      if let read = try? HyperLogLog(encoded: bytes) { #expect(read.estimate.isFinite) }
    }
  }
}
