import CordonLearning
import Testing

@Suite struct RankMetricsTests {
  /// As scikit-learn 1.7 gives them.
  static let cases: [(scores: [Double], labels: [Bool], auroc: Double, precision: Double, top: Double)] = [
    ([0.1, 0.4, 0.35, 0.8], [false, false, true, true], 0.75, 0.833_333_333_333_333_3, 0.5),
    ([1, 2, 3, 4], [false, false, true, true], 1, 1, 1),
    ([4, 3, 2, 1], [false, false, true, true], 0, 0.416_666_666_666_666_63, 0),
    ([1, 1, 1, 1], [false, true, false, false], 0.5, 0.25, 0.25),
    ([2, 1, 1, 0, 3], [true, true, false, false, false], 0.583_333_333_333_333_4, 0.5, 0.5),
  ]

  @Test(arguments: cases) func `figures are as in the books`(
    scores: [Double], labels: [Bool], auroc: Double, precision: Double, top: Double
  ) throws {
    let ranks = try #require(RankMetrics(scores: scores, labels: labels))
    #expect(abs(ranks.auroc - auroc) < 1e-12)
    #expect(abs(ranks.averagePrecision - precision) < 1e-12)
    #expect(abs(ranks.precisionAtBad - top) < 1e-12)
  }

  @Test func oneClassHasNoRanks() {
    #expect(RankMetrics(scores: [1, 2], labels: [true, true]) == nil)
    #expect(RankMetrics(scores: [], labels: []) == nil)
  }

  @Test func `decisions count each kind`() {
    let found = DecisionMetrics(scores: [1, 2, 3, 4, 5], labels: [false, true, false, true, true], threshold: 2.5)
    #expect(found.truePositives == 2 && found.falsePositives == 1)
    #expect(found.trueNegatives == 1 && found.falseNegatives == 1)
    #expect(abs(found.f1 - 2.0 / 3) < 1e-12)
    #expect(abs(found.macroF1 - (2.0 / 3 + 0.5) / 2) < 1e-12)
    #expect(abs(found.falseAlarmRate - 0.5) < 1e-12)
  }

  @Test func `nothing found is zero, not undefined`() {
    let found = DecisionMetrics(scores: [1, 1], labels: [true, true], threshold: 2)
    #expect(found.f1 == 0 && found.macroF1 == 0 && found.falseAlarmRate == 0)
  }

  @Test func `the bootstrap's interval holds a clear difference and repeats itself`() throws {
    let first = (0..<24).map { 0.8 + Double($0 % 5) * 0.01 }
    let second = first.enumerated().map { $1 - ($0.isMultiple(of: 4) ? 0 : 0.02) }
    let bootstrap = try #require(PairedBootstrap(first: first, second: second, seed: 1))
    #expect(bootstrap == PairedBootstrap(first: first, second: second, seed: 1))
    #expect(abs(bootstrap.difference - 0.015) < 1e-12)
    #expect(bootstrap.low > 0.008 && bootstrap.high < 0.02 && bootstrap.low < bootstrap.difference)
  }
}
