import CordonLearning
import CordonTestSupport
import Testing

@Suite struct StreamBenchmarkTests {
  static let windows = [400...499, 700...799]

  static func score(_ alerts: [Int], rows: Int = 1000) -> Double {
    var scores = [Double](repeating: 0, count: rows)
    for row in alerts { scores[row] = 1 }
    return StreamBenchmark().evaluate([.init(scores: scores, windows: windows)]).score
  }

  @Test func `no alert is nothing, both windows at their start a hundred`() {
    #expect(Self.score([]) == 0)
    #expect(abs(Self.score([400, 700]) - 100) < 0.01)
    #expect(Self.score([400, 401, 450, 700]) == Self.score([400, 700]))
  }

  @Test func `late is worth less, false costs, soon after a window less`() {
    let early = Self.score([400, 700])
    let late = Self.score([490, 700])
    #expect(early > late + 10 && late > Self.score([700]))
    let far = early - Self.score([300, 400, 700])
    let soon = early - Self.score([400, 502, 700])
    // One false alert costs 0.11 of a window, of which there are two, each worth 1 and −1.
    #expect(abs(far - 100 * 0.11 / 4) < 0.01)
    #expect(soon > 0 && soon < far / 4)
  }

  @Test func `the probation counts for nothing`() {
    #expect(StreamBenchmark.probation(rows: 1000) == 150)
    #expect(StreamBenchmark.probation(rows: 20_000) == 750)
    #expect(Self.score([10, 149, 400, 700]) == Self.score([400, 700]))
    #expect(Self.score([150, 400, 700]) < Self.score([400, 700]))
  }

  @Test func `one threshold serves all series`() {
    let loud = StreamBenchmark.Series(scores: (0..<1000).map { $0 == 400 ? 0.9 : 0.5 }, windows: [400...499])
    let quiet = StreamBenchmark.Series(scores: (0..<1000).map { $0 == 400 ? 0.4 : 0 }, windows: [400...499])
    let both = StreamBenchmark().evaluate([loud, quiet])
    #expect(both.threshold == 0.9)
    #expect(abs(both.score - 50) < 0.01)
  }
}
