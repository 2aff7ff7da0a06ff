import CordonCore
import CordonLearning
import Testing

@Suite struct ScaleFollowerTests {
  static func follow(_ scores: [Double], from minute: Int64 = 0) -> ScaleFollower {
    var follower = ScaleFollower(scales: Scale.allCases)
    for (index, score) in scores.enumerated() {
      follower.follow(score, start: time(minute + Int64(index)), length: 60_000)
    }
    return follower
  }

  static func time(_ minute: Int64) -> Timestamp { Timestamp(milliseconds: minute * 60_000) }

  @Test func `a burst is told by the shortest scale, a long change by the longer ones`() throws {
    let burst = Self.follow([0, 0, 50])
    #expect(burst[.minute] == 50)
    #expect(try #require(burst[.threeHours]) < 0.1)
    let change = Self.follow([Double](repeating: 2, count: 720))
    #expect(abs(try #require(change[.threeHours]) - 2 * (1 - 0.0183)) < 0.01)
    #expect(abs(try #require(change[.twelveHours]) - 2 * (1 - 0.3679)) < 0.01)
    #expect(try #require(change[.sevenDays]) < 0.2)
  }

  @Test func `windows that were not sent are windows of score zero`() throws {
    let silent = Self.follow([Double](repeating: 3, count: 300) + [Double](repeating: 0, count: 200) + [1])
    var gap = Self.follow([Double](repeating: 3, count: 300))
    gap.follow(1, start: Self.time(500), length: 60_000)
    for (left, right) in zip(silent.values, gap.values) { #expect(abs(left - right) < 1e-9) }
  }

  @Test func `a late window counts without a gap, and time never goes back`() {
    var follower = Self.follow([1, 1, 1])
    let before = follower.end
    follower.follow(2, start: Self.time(0), length: 60_000)
    #expect(follower.end == before)
    #expect(follower.values.allSatisfy { $0.isFinite })
    follower.follow(1, start: Timestamp(milliseconds: .max), length: .max)
    follower.follow(1, start: Timestamp(milliseconds: .min), length: .max)
    #expect(follower.values.allSatisfy { $0.isFinite })
  }
}
