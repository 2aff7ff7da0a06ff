import CordonLearning
import CordonTestSupport
import Testing

@Suite struct PeerBaselineTests {
  static func group(windows: Int, seed: UInt64) throws -> PeerBaseline {
    var randomness = SeededRandomness(seed: seed)
    var group = PeerBaseline(featureCount: 3)
    for _ in 0..<windows {
      let hour = try #require(HourOfWeek(index: Int.random(in: 0..<168, using: &randomness)))
      let busy: Float = hour.index % 24 == 9 ? 4 : 0
      group.learn([1 + busy, Float(Int.random(in: 0...1, using: &randomness)), 0], at: hour)
      group.learnEmpty(1, at: hour)
    }
    return group
  }

  @Test func `members' parts add up`() throws {
    var left = try Self.group(windows: 500, seed: 1)
    let right = try Self.group(windows: 700, seed: 2)
    let hour = try #require(HourOfWeek(index: 9))
    left.merge(right)
    #expect(left.activeShare(at: hour) == 0.5)
    #expect(abs(left.positiveShare(of: 1) - 0.5) < 0.06)
    #expect(left.positiveShare(of: 2) == 0)
  }

  @Test func `a busy hour shifts the level, as far as it was seen`() throws {
    let busy = try #require(HourOfWeek(index: 24 + 9))
    let quiet = try #require(HourOfWeek(index: 24 + 3))
    let group = try Self.group(windows: 30_000, seed: 3)
    #expect(group.levelShift(of: 0, at: busy) > 2)
    #expect(group.levelShift(of: 0, at: quiet) < 0)
    #expect(try Self.group(windows: 300, seed: 3).levelShift(of: 0, at: busy) < 1)
    #expect(group.levelShift(of: 2, at: busy) == 0)
  }

  @Test func `a group is restored; damage is refused`() throws {
    let group = try Self.group(windows: 300, seed: 4)
    let encoded = group.encoded
    #expect(try PeerBaseline(encoded: encoded) == group)
    for length in stride(from: 0, to: encoded.count, by: 37) {
      expectRefusal("malformed-state") { _ = try PeerBaseline(encoded: Array(encoded[..<length])) }
    }
    var negative = encoded
    negative[2 + 3] = 0x80 | negative[2 + 3]
    expectRefusal("malformed-state") { _ = try PeerBaseline(encoded: negative) }
  }
}
