import CordonCore
import CordonLearning
import CordonTestSupport
import Testing

@Suite struct EntityBaselineTests {
  static func trained(features: Int, windows: Int, seed: UInt64) throws -> EntityBaseline {
    var randomness = SeededRandomness(seed: seed)
    var baseline = EntityBaseline(featureCount: features)
    for _ in 0..<windows {
      let hour = try #require(HourOfWeek(index: Int.random(in: 0..<168, using: &randomness)))
      baseline.learn((0..<features).map { _ in Float.random(in: -1...20, using: &randomness) }, at: hour)
      baseline.learnEmpty(Int.random(in: 0...3, using: &randomness), at: hour)
    }
    return baseline
  }

  @Test(arguments: 1...EntityBaseline.featureLimit) func `a full baseline is under two kilobytes`(features: Int) throws
  {
    let encoded = try Self.trained(features: features, windows: 400, seed: 3).encoded
    #expect(encoded.count < EntityBaseline.encodedLimit, "\(features) features: \(encoded.count) bytes")
  }

  @Test(arguments: [0, 1, 50, 2000]) func `a baseline survives a reboot`(windows: Int) throws {
    let baseline = try Self.trained(features: 12, windows: windows, seed: 4)
    #expect(try EntityBaseline(encoded: baseline.encoded) == baseline)
  }

  @Test func `a damaged state is refused, and never traps`() throws {
    let encoded = try Self.trained(features: 5, windows: 300, seed: 6).encoded
    for length in 0..<encoded.count {
      expectRefusal("malformed-state") { _ = try EntityBaseline(encoded: Array(encoded[..<length])) }
    }
    expectRefusal("malformed-state") { _ = try EntityBaseline(encoded: encoded + [0]) }
    var randomness = SeededRandomness(seed: 7)
    for _ in 0..<3000 {
      var damaged = encoded
      let at = Int.random(in: 0..<encoded.count, using: &randomness)
      damaged[at] = UInt8.random(in: .min ... .max, using: &randomness)
      guard let read = try? EntityBaseline(encoded: damaged) else { continue }
      let hour = try #require(HourOfWeek(index: 5))
      let values = [Float](repeating: 3, count: read.featureCount)
      let residuals = BaselineJudge().residuals(of: values, at: hour, own: read, peers: nil)
      #expect(residuals.allSatisfy { $0.surprise.isFinite })
    }
  }

  @Test func `weeks of windows keep every count in range`() throws {
    var baseline = EntityBaseline(featureCount: 1)
    let hour = try #require(HourOfWeek(index: 9))
    for _ in 0..<ValueHistogram.horizon * 3 { baseline.learn([1], at: hour) }
    #expect(baseline.activity.windows(at: hour) <= 255)
    #expect(try EntityBaseline(encoded: baseline.encoded) == baseline)
  }
}

@Suite struct HourOfWeekTests {
  static let moments: [(milliseconds: Int64, offset: Int, hour: Int)] = [
    (0, 0, 72), (345_600_000, 0, 0), (345_599_999, 0, 167), (-1, 0, 71), (0, 3600, 73), (0, -3600, 71),
    (954_000_000, 0, 1),
  ]

  @Test(arguments: moments)
  func `an hour of the week starts with Monday, in the site's time`(
    moment: (milliseconds: Int64, offset: Int, hour: Int)
  ) {
    #expect(HourOfWeek(Timestamp(milliseconds: moment.milliseconds), offset: moment.offset).index == moment.hour)
  }

  @Test(arguments: [Int64.min, .max]) func `no time traps`(time: Int64) {
    #expect((0..<168).contains(HourOfWeek(Timestamp(milliseconds: time), offset: .max).index))
    #expect((0..<168).contains(HourOfWeek(Timestamp(milliseconds: time), offset: .min).index))
  }
}
