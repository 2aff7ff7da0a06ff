import CordonCore
import CordonRuntime
import Testing

@Suite struct SteadyClockTests {
  @Test func itBeginsWhereItIsToldAndGoesOn() async throws {
    let start = Timestamp(milliseconds: 1_767_225_600_000)
    let clock = SteadyClock(from: start)
    let first = clock.now
    #expect(first >= start)
    try await ContinuousClock().sleep(for: .milliseconds(20))
    #expect(clock.now.since(first) >= .milliseconds(19))
    #expect(clock.now.since(start) < .seconds(600), "the wall clock plays no part")
  }
}
