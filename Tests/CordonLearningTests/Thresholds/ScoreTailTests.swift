import CordonLearning
import CordonTestSupport
import Testing

@Suite struct ScoreTailTests {
  static func tail(_ count: Int, seed: UInt64, draw: (Double) -> Double) -> ScoreTail {
    var randomness = ModelRandomness(seed: seed)
    var top = TopScores()
    for index in 0..<count { top.insert(draw(1 - randomness.uniform()), owner: UInt64(index % 7)) }
    return ScoreTail(top)
  }

  @Test func `within the data p is a rank, never zero`() {
    var top = TopScores()
    for score in 1...99 { top.insert(Double(score), owner: 0) }
    let tail = ScoreTail(top)
    #expect(tail.p(99) == 0.02)
    #expect(tail.p(1000) == 0.01)
    #expect(tail.p(0) == 1)
    #expect(tail.pareto == nil)
    #expect(ScoreTail(TopScores()).p(3) == 1)
  }

  @Test func `an owner's own scores can be left out`() {
    var top = TopScores()
    for score in 1...99 { top.insert(Double(score), owner: score > 90 ? 1 : 0) }
    #expect(ScoreTail(top, excluding: 1).p(95) == 1.0 / 91)
    #expect(ScoreTail(top, excluding: 0).p(90) == 1)
    #expect(ScoreTail(top, excluding: 5).p(95) == ScoreTail(top).p(95))
  }

  @Test(arguments: [UInt64(1), 2, 3]) func `a heavy tail is recognised, a light one never ends`(seed: UInt64) throws {
    // Pareto with shape ½, and uniform: whose own tail ends.
    let heavy = Self.tail(20_000, seed: seed) { 1 / $0.squareRoot() }
    #expect(abs(try #require(heavy.pareto).shape - 0.5) < 0.2)
    let light = Self.tail(20_000, seed: seed) { 1 - $0 }
    #expect(try #require(light.pareto).shape == 0)
    #expect(light.p(5) > 0)
  }

  @Test func `p falls with the score down to its floor`() {
    let count = 10_000
    let tail = Self.tail(count, seed: 4) { -$0 }
    let ps = stride(from: -1.0, to: 60, by: 0.1).map(tail.p)
    #expect(zip(ps, ps.dropFirst()).allSatisfy { $0 >= $1 })
    #expect(tail.p(1e300) == 1 / (50 * Double(count)))
    #expect(tail.p(.infinity) > 0)
  }

  @Test func `far scores of an exponential tail have about their true p`() throws {
    var randomness = ModelRandomness(seed: 5)
    var top = TopScores()
    for _ in 0..<20_000 {
      // −ln u by its series-free way: count halvings.
      let uniform = 1 - randomness.uniform()
      top.insert(-negativeExponent(uniform), owner: 0)
    }
    let tail = ScoreTail(top)
    let truth = 1.0 / 1_000_000
    let p = tail.p(13.8155)
    #expect(p >= truth / 8 && p <= truth * 60, "\(p)")
  }

  /// ln of a number in (0, 1].
  private func negativeExponent(_ value: Double) -> Double {
    let significand = value.significand
    let z = (significand - 1) / (significand + 1)
    var sum = 0.0
    var power = z
    for term in stride(from: 1.0, to: 60, by: 2) {
      sum += power / term
      power *= z * z
    }
    return 2 * sum + Double(value.exponent) * 0.693_147_180_559_945_3
  }
}
