import CordonCore
import Testing

@testable import CordonCollector

@Suite struct RateLimitTests {
  @Test func burstsThenRefillsSteadily() {
    var limit = RateLimit(burst: 3, perSecond: 2)
    let times = [0, 0, 0, 0, 499, 500, 500, 1500, 1500, 1500]
    let answers = times.map { limit.take(at: Samples.start.advanced(by: .milliseconds($0))) }
    #expect(answers == [true, true, true, false, false, true, false, true, true, false])
  }

  @Test func aClockThatGoesBackRefillsNothing() {
    var limit = RateLimit(burst: 1, perSecond: 1)
    let answers = [10_000, 0, 9_000, 10_999, 11_000].map {
      limit.take(at: Samples.start.advanced(by: .milliseconds($0)))
    }
    #expect(answers == [true, false, false, false, true])
  }
}
