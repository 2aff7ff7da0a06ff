import CordonCore
import CordonLearning
import CordonTestSupport
import Testing

@Suite struct DailyCapTests {
  @Test func `past the cap alerts are folded and counted`() {
    var cap = DailyCap(limit: 2)
    #expect([1, 1, 1, 1].map { cap.admits(day: $0) } == [true, true, false, false])
    #expect(cap.folded == 2)
    let next = cap.admits(day: 2)
    #expect(next && cap.folded == 0)
    let late = cap.admits(day: 1)
    #expect(late)
    let over = cap.admits(day: 2)
    #expect(!over)
  }

  @Test func `what was folded is told once, also over midnight and a restart`() throws {
    var cap = DailyCap(limit: 1)
    #expect([1, 1, 1].map { cap.admits(day: $0) } == [true, false, false])
    var restored = try DailyCap(limit: 1, encoded: cap.encoded)
    #expect(restored == cap)
    let again = restored.admits(day: 1)
    #expect(!again, "a restart gives no further alert")
    let next = restored.admits(day: 2)
    #expect(next)
    #expect([restored.tell(), restored.tell()] == [3, 0])
    restored.limit = 2
    #expect([2, 2].map { restored.admits(day: $0) } == [true, false])
    expectRefusal("malformed-state") { _ = try DailyCap(limit: 1, encoded: Array(cap.encoded.dropLast())) }
  }

  @Test func `one machine alone uses up half of it, over a restart as well`() throws {
    let forger = try #require(AgentID(String(repeating: "f", count: 32)))
    let other = try #require(AgentID(String(repeating: "a", count: 32)))
    var cap = DailyCap(limit: 5)
    #expect(
      (0..<8).map { _ in cap.admits(day: 1, from: forger) } == Array(repeating: true, count: 3)
        + Array(repeating: false, count: 5))
    var restored = try DailyCap(limit: 5, encoded: cap.encoded)
    #expect(restored == cap)
    #expect((0..<3).map { _ in restored.admits(day: 1, from: other) } == [true, true, false], "5 in all")
    let folded = restored.tell()
    #expect(folded == 6)
    let tomorrow = restored.admits(day: 2, from: forger)
    #expect(tomorrow)
    var least = DailyCap(limit: 1)
    let only = least.admits(day: 1, from: forger)
    #expect(only, "one gets through")
  }

  @Test(arguments: [(0, 1), (0.4, 1), (4.2, 5), (1e9, 10_000)] as [(Float, Int)])
  func `a lane may use up the site's alerts, and one at least`(daily: Float, limit: Int) {
    #expect(DailyCap.limit(dailyAlerts: daily) == limit)
  }
}
