import CordonLearning
import CordonTestSupport
import Testing

@Suite struct ThresholdCalibrationTests {
  /// One score an entity-day: 1, 2, …, of entities 0, 1, 2, 3 in turn.
  static func calibration(days: Int) -> ThresholdCalibration {
    var maxima = TopScores()
    for day in 1...days { maxima.insert(Double(day), owner: UInt64(day % 4), day: Int32(day)) }
    return ThresholdCalibration(maxima)
  }

  @Test(arguments: [(0.01, 100, 1), (0.0199, 100, 2), (0.05, 99, 5), (0.5, 9, 5), (0.0101, 98, 0)])
  func `the threshold is the k-th greatest, k the floor of B times N plus one`(rate: Double, days: Int, rank: Int) {
    let result = Self.calibration(days: days).threshold(rate: rate)
    guard rank > 0 else {
      #expect(result == .infeasible(leastRate: 1 / Double(days + 1), entityDays: days))
      return
    }
    #expect(result == .feasible(threshold: Double(days + 1 - rank), rank: rank, entityDays: days))
  }

  @Test func `the smallest feasible budget is feasible, and one below it is not`() throws {
    let calibration = Self.calibration(days: 100)
    guard case .infeasible(let least, _) = calibration.threshold(rate: 0.001) else {
      Issue.record("a budget of one alert in a thousand entity-days cannot be kept with a hundred")
      return
    }
    #expect(calibration.threshold(rate: least).threshold != nil)
    #expect(calibration.threshold(rate: least * 0.99).threshold == nil)
  }

  @Test func `an entity's own days do not count for it`() {
    let calibration = Self.calibration(days: 100)
    #expect(calibration.threshold(rate: 0.0133, excluding: 0) == .feasible(threshold: 99, rank: 1, entityDays: 75))
    #expect(calibration.threshold(rate: 0.0133, excluding: 1) == .feasible(threshold: 100, rank: 1, entityDays: 75))
  }

  @Test func `an episode of several days counts once`() {
    var maxima = TopScores()
    // Entity 1 is high for three days; the middle one was the least of them.
    for (day, score) in [(5, 90.0), (6, 70), (7, 80)] { maxima.insert(score, owner: 1, day: Int32(day)) }
    for day in 0..<97 { maxima.insert(Double(day) / 2, owner: UInt64(day + 10), day: 0) }
    let calibration = ThresholdCalibration(maxima)
    // Runs above: {5}, {5},{7}, then {5,6,7}: two, one, and two again with the next entity.
    #expect(calibration.threshold(rate: 0.01).threshold == 90)
    #expect(calibration.threshold(rate: 0.02).threshold == 80)
    #expect(calibration.threshold(rate: 0.03).threshold == 47.5)
  }

  @Test func `no data, and rates past one, are no trap`() {
    #expect(ThresholdCalibration().threshold(rate: 0.5) == .infeasible(leastRate: 1, entityDays: 0))
    #expect(Self.calibration(days: 10).threshold(rate: 50) == .feasible(threshold: 1, rank: 10, entityDays: 10))
    #expect(Self.calibration(days: 10).threshold(rate: .infinity).threshold == 1)
  }

  @Test(arguments: UInt64(1)...5) func `parts of many collectors merge to the whole, and stay bounded`(seed: UInt64) {
    var randomness = SeededRandomness(seed: seed)
    var whole = TopScores()
    var parts = [TopScores](repeating: TopScores(), count: 3)
    for _ in 0..<20_000 {
      let score = Double(Int.random(in: 0..<3000, using: &randomness))
      let owner = UInt64.random(in: 0..<50, using: &randomness)
      whole.insert(score, owner: owner)
      parts[Int.random(in: 0..<3, using: &randomness)].insert(score, owner: owner)
    }
    var merged = parts[2]
    merged.merge(parts[0])
    merged.merge(parts[1])
    #expect(merged.sorted == whole.sorted)
    #expect(merged.sorted.count == TopScores.kept)
    #expect(merged.count == 20_000 && (0..<50).allSatisfy { merged.count(of: $0) == whole.count(of: $0) })
  }

  @Test func `on exchangeable days the realised rate keeps the budget`() throws {
    var randomness = ModelRandomness(seed: 9)
    var alerts = 0
    var expected = 0.0
    for _ in 0..<300 {
      var maxima = TopScores()
      for day in 0..<500 { maxima.insert(randomness.uniform(), owner: UInt64(day), day: 0) }
      let threshold = try #require(ThresholdCalibration(maxima).threshold(rate: 0.02).threshold)
      for _ in 0..<100 where randomness.uniform() > threshold { alerts += 1 }
      expected += 10.0 / 501 * 100
    }
    #expect(abs(Double(alerts) - expected) < 4 * expected.squareRoot() * 1.3, "\(alerts) of \(expected)")
  }
}
