import CordonLearning
import CordonTestSupport
import Testing

@Suite struct DriftTestTests {
  static func histogram(_ count: Int, seed: UInt64, shift: Float = 0) -> ValueHistogram {
    var randomness = SeededRandomness(seed: seed)
    var histogram = ValueHistogram(capacity: 64)
    for _ in 0..<count {
      histogram.insert(shift + (0..<6).reduce(0) { sum, _ in sum + Float.random(in: 0...1, using: &randomness) })
    }
    return histogram
  }

  @Test(arguments: [150, 1000, 20_000]) func `the same behaviour has not drifted`(count: Int) throws {
    for seed in UInt64(0)..<20 {
      let result = try #require(
        DriftTest.compare(Self.histogram(5000, seed: seed), Self.histogram(count, seed: seed + 99)))
      #expect(!result.hasDrifted, "seed \(seed): \(result)")
    }
  }

  @Test(arguments: [Float(0.7), -0.7, 50]) func `another behaviour has`(shift: Float) throws {
    let result = try #require(
      DriftTest.compare(Self.histogram(5000, seed: 1), Self.histogram(2000, seed: 2, shift: shift)))
    #expect(result.hasDrifted && result.index.isFinite)
  }

  @Test func `too little is not judged`() {
    #expect(DriftTest.compare(Self.histogram(99, seed: 1), Self.histogram(5000, seed: 2)) == nil)
  }
}
