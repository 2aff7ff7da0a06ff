import CordonCore
import CordonTelemetry
import CordonTestSupport
import Testing

@Suite struct BeaconMemoryTests {
  static let pair = BeaconMemory.Pair(client: 1, server: 2, port: 443)

  /// The last score of calls that begin with these pauses between them.
  static func score(_ pauses: [Duration]) -> Float? {
    var memory = BeaconMemory()
    var time = FakeClock.start
    var score = memory.take(pair, at: time)
    for pause in pauses {
      time = time.advanced(by: pause)
      score = memory.take(pair, at: time)
    }
    return score
  }

  @Test func `a clock is told from a person`() throws {
    var randomness = SeededRandomness(seed: 3)
    let regular = (0..<12).map { _ in Duration.milliseconds(Int64.random(in: 57_000...63_000, using: &randomness)) }
    let human = (0..<12).map { _ in Duration.milliseconds(Int64.random(in: 5_000...600_000, using: &randomness)) }
    #expect(try #require(Self.score(regular)) > 0.95)
    #expect(try #require(Self.score(human)) < 0.7)
  }

  @Test func `a call that is missed changes little`() throws {
    var pauses = [Duration](repeating: .seconds(60), count: 10)
    pauses[5] = .seconds(120)
    #expect(try #require(Self.score(pauses)) == 1)
  }

  @Test func `too few calls say nothing, and busy work is no beacon`() {
    #expect(Self.score([Duration](repeating: .seconds(60), count: BeaconMemory.fewest - 1)) == nil)
    #expect(Self.score([Duration](repeating: .seconds(60), count: BeaconMemory.fewest)) == 1)
    #expect(Self.score([Duration](repeating: .seconds(2), count: 20)) == 0)
    // Connections made together are one call; a clock that goes back is none.
    #expect(Self.score([Duration](repeating: .milliseconds(5), count: 50)) == nil)
    #expect(Self.score([Duration](repeating: .seconds(-60), count: 50)) == nil)
  }

  @Test func `pairs and ports are apart`() {
    var memory = BeaconMemory()
    for index in 0..<10 {
      let time = FakeClock.start.advanced(by: .seconds(60) * index)
      let scores = [
        memory.take(.init(client: 1, server: UInt64(index), port: 1), at: time),
        memory.take(.init(client: 1, server: 1, port: UInt16(index + 2)), at: time),
      ]
      #expect(scores == [nil, nil])
    }
  }
}
