import CordonLearning
import CordonTestSupport
import Testing

@Suite struct ValueHistogramTests {
  static func histogram(_ values: [Float], capacity: Int = 16) -> ValueHistogram {
    var histogram = ValueHistogram(capacity: capacity)
    for value in values { histogram.insert(value) }
    return histogram
  }

  @Test func `few distinct values are kept exactly`() {
    let histogram = Self.histogram([1, 1, 1, 2, 2, 3, 9, 9, 9, 9])
    #expect(histogram.shareAbove(0.5) == 1)
    #expect(histogram.shareAbove(1) == 0.85)
    #expect(histogram.shareAbove(9) == 0.2)
    #expect(histogram.shareAbove(9.01) == 0)
  }

  @Test(arguments: [8, 16, 64]) func `quantiles of many values are near the true ones`(capacity: Int) throws {
    var randomness = SeededRandomness(seed: 5)
    let values = (0..<20_000).map { _ in Float.random(in: 0...1, using: &randomness) }
    let histogram = Self.histogram(values, capacity: capacity)
    for share in [0.05, 0.25, 0.5, 0.75, 0.95] {
      let quantile = try #require(histogram.quantile(share))
      #expect(abs(Double(quantile) - share) < 0.06, "\(share) of \(capacity): \(quantile)")
      #expect(abs(histogram.shareAbove(Float(share)) - (1 - share)) < 0.06)
    }
  }

  @Test func `weights stay bounded, and what is old fades`() throws {
    var histogram = Self.histogram([Float](repeating: 1, count: ValueHistogram.horizon))
    for _ in 0..<3 * ValueHistogram.horizon {
      histogram.insert(5)
      #expect(histogram.total <= ValueHistogram.horizon)
    }
    #expect(histogram.shareAbove(1) > 0.95)
  }

  @Test func `a lone outlier is forgotten at the first halving`() throws {
    let histogram = Self.histogram([1000] + [Float](repeating: 1, count: ValueHistogram.horizon))
    #expect(histogram.centroids.map(\.value) == [1])
  }

  @Test func `a merge counts what both counted`() {
    var left = Self.histogram([1, 2, 3])
    left.merge(Self.histogram([3, 4]))
    #expect(left == Self.histogram([1, 2, 3, 3, 4]))
    var full = Self.histogram([Float](repeating: 1, count: ValueHistogram.horizon))
    full.merge(Self.histogram([Float](repeating: 2, count: ValueHistogram.horizon)))
    #expect(full.total <= ValueHistogram.horizon)
    #expect(full.shareAbove(1.5) > 0.4)
  }

  @Test func `shares fall and quantiles rise, wherever they are asked`() throws {
    var randomness = SeededRandomness(seed: 8)
    for _ in 0..<50 {
      let count = Int.random(in: 1...300, using: &randomness)
      let histogram = Self.histogram((0..<count).map { _ in Float(Int.random(in: 1...40, using: &randomness)) })
      let shares = (0...410).map { histogram.shareAbove(Float($0) / 10) }
      #expect(zip(shares, shares.dropFirst()).allSatisfy { $0 >= $1 - 1e-9 })
      let quantiles = try (0...100).map { try #require(histogram.quantile(Double($0) / 100)) }
      #expect(zip(quantiles, quantiles.dropFirst()).allSatisfy { $0 <= $1 })
    }
  }
}
