import CordonCore
import CordonLearning
import CordonTestSupport
import Testing

@Suite struct StreamDetectorTests {
  /// Five-minute values with a daily season and noise, then whatever `change` makes of them.
  static func scores(rows: Int, seed: UInt64 = 1, _ change: (Int, Double) -> Double = { $1 }) -> [Double] {
    var detector = StreamDetector()
    var randomness = SeededRandomness(seed: seed)
    return (0..<rows).map { row in
      let season = Double(abs(row % 288 - 144)) / 10
      let noise = (0..<4).reduce(0.0) { sum, _ in sum + Double.random(in: -1...1, using: &randomness) }
      let time = Timestamp(milliseconds: Int64(row) * 300_000)
      return detector.score(change(row, 50 + season + noise), at: time)
    }
  }

  @Test(arguments: UInt64(1)...5) func `a series that does not change raises little`(seed: UInt64) {
    let raised = Self.scores(rows: 6000, seed: seed).dropFirst(1000).count { $0 > 0 }
    #expect(raised <= 8, "\(raised) of 5,000 rows")
  }

  @Test func `a spike is told at its row, and once`() throws {
    let scores = Self.scores(rows: 4000) { row, value in (3000..<3006).contains(row) ? value + 60 : value }
    let before = scores[1000..<3000].max() ?? 0
    #expect(scores[3000] > 0.3 && scores[3000] > before)
    #expect(scores[3001..<3100].allSatisfy { $0 == 0 })
  }

  @Test func `a shift of the level is told within hours`() {
    let scores = Self.scores(rows: 4000) { row, value in row >= 3000 ? value + 12 : value }
    #expect(scores[3000..<3072].contains { $0 > 0.05 })
  }

  @Test func `a flat series that moves is strange, one that does not is not`() {
    var detector = StreamDetector()
    let flat = (0..<500).map { detector.score(7, at: Timestamp(milliseconds: Int64($0) * 300_000)) }
    #expect(flat.allSatisfy { $0 == 0 })
    #expect(detector.score(8, at: Timestamp(milliseconds: 500 * 300_000)) > 0.5)
  }

  @Test func `what is no number scores nothing and changes nothing`() {
    let clean = Self.scores(rows: 2000)
    var randomness = SeededRandomness(seed: 5)
    var detector = StreamDetector()
    for row in 0..<300 {
      let score = detector.score([.nan, .infinity, -.infinity][row % 3], at: Timestamp(milliseconds: 0))
      #expect(score == 0)
    }
    for value in [1e308, -1e308, .greatestFiniteMagnitude, 0, 1e-300] as [Double] {
      for _ in 0..<50 {
        let score = detector.score(
          value, at: Timestamp(milliseconds: Int64.random(in: .min ... .max, using: &randomness)))
        #expect(score.isFinite && (0...1).contains(score))
      }
    }
    #expect(clean.allSatisfy { $0.isFinite })
  }
}
