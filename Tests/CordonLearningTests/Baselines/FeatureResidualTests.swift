import CordonLearning
import CordonTestSupport
import Testing

@Suite struct FeatureResidualTests {
  static let nine = HourOfWeek(index: 9)

  static func surprise(
    _ value: Float, _ own: EntityBaseline, peers: PeerBaseline? = nil, hour: HourOfWeek? = nine
  ) throws -> FeatureResidual {
    let hour = try #require(hour)
    return BaselineJudge().residuals(of: [value], at: hour, own: own, peers: peers)[0]
  }

  /// An entity active at nine, whose feature is between 2 and 3.
  static func regular(windows: Int = 300) throws -> EntityBaseline {
    var randomness = SeededRandomness(seed: 11)
    var own = EntityBaseline(featureCount: 1)
    let hour = try #require(nine)
    for _ in 0..<windows { own.learn([Float.random(in: 2...3, using: &randomness)], at: hour) }
    return own
  }

  @Test func `what is usual does not surprise`() throws {
    let own = try Self.regular()
    for value: Float in [2.2, 2.5, 2.8] { #expect(abs(try Self.surprise(value, own).surprise) < 1.6) }
    let residual = try Self.surprise(2.5, own)
    #expect((40...60).contains(residual.percentile))
    #expect((1.9...2.2).contains(residual.usual.lowerBound) && (2.8...3.1).contains(residual.usual.upperBound))
  }

  @Test func `tenfold and a thousandfold rank apart, without bound`() throws {
    let own = try Self.regular()
    let (one, ten, thousand) = (Float(3.2), Float(3.2 + 2.3), Float(3.2 + 6.9))
    let surprises = try [one, ten, thousand, 80].map { try Self.surprise($0, own).surprise }
    #expect(surprises[0] > 4)
    #expect(surprises[1] > surprises[0] + 2)
    #expect(surprises[2] > surprises[1] + 4)
    #expect(surprises[3] > 100)
  }

  @Test func `a feature that is nearly always zero is never infinite`() throws {
    var own = EntityBaseline(featureCount: 1)
    let hour = try #require(Self.nine)
    for index in 0..<1000 { own.learn([index % 100 == 99 ? 1 : 0], at: hour) }
    #expect(try Self.surprise(0, own).surprise == 0)
    #expect((3...8).contains(try Self.surprise(1, own).surprise))
    for value: Float in [-5, 0, 1e-30, 1e30, .greatestFiniteMagnitude] {
      #expect(try Self.surprise(value, own).surprise.isFinite)
    }
    var never = EntityBaseline(featureCount: 1)
    for _ in 0..<1000 { never.learn([0], at: hour) }
    let first = try Self.surprise(1, never).surprise
    #expect(first.isFinite && first > 6)
  }

  @Test func `activity at an hour of rest is strange, whatever its size`() throws {
    var own = try Self.regular()
    let night = try #require(HourOfWeek(index: 3))
    own.learnEmpty(250, at: night)
    let atNight = try Self.surprise(2.5, own, hour: night).surprise
    let atNine = try Self.surprise(2.5, own).surprise
    #expect(atNight > 2.5 && atNight > atNine + 2)
  }

  @Test func `silence where there is always something is below zero`() throws {
    let silence = try Self.surprise(0, Self.regular()).surprise
    #expect(silence < -3)
  }

  @Test func `a new entity is judged as its peers, a matured one as itself`() throws {
    let hour = try #require(Self.nine)
    var peers = PeerBaseline(featureCount: 1)
    for index in 0..<2000 { peers.learn([1 + Float(index % 10) / 10], at: hour) }
    let fresh = EntityBaseline(featureCount: 1)
    #expect(try Self.surprise(1.5, fresh, peers: peers).surprise < 1)
    #expect(try Self.surprise(6, fresh, peers: peers).surprise > 5)
    var own = fresh
    for _ in 0..<2000 { own.learn([6], at: hour) }
    #expect(try Self.surprise(6, own, peers: peers).surprise < 1)
    let foreign = try Self.surprise(1.5, own, peers: peers).surprise
    #expect(abs(foreign) > 3)
  }

  /// CERT's users show 95 web pages a day, every day: where peers do less on Sundays, a Sunday's 95 was beyond all that
  /// such a user had ever done.
  @Test func `who does the same at every hour is not strange when peers do less`() throws {
    let (busy, quiet) = (try #require(Self.nine), try #require(HourOfWeek(index: 153)))
    var peers = PeerBaseline(featureCount: 1)
    var own = EntityBaseline(featureCount: 1)
    for _ in 0..<1000 {
      peers.learn([4], at: busy)
      peers.learn([3], at: quiet)
      own.learn([4], at: busy)
      own.learn([4], at: quiet)
    }
    #expect(abs(try Self.surprise(4, own, peers: peers, hour: quiet).surprise) < 1)
    let fresh = EntityBaseline(featureCount: 1)
    #expect(try Self.surprise(4, fresh, peers: peers, hour: quiet).surprise > 2.5)
    #expect(abs(try Self.surprise(4, fresh, peers: peers, hour: busy).surprise) < 1)
  }
}
