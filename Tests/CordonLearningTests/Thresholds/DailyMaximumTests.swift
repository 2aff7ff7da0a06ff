import CordonCore
import CordonLearning
import Testing

@Suite struct DailyMaximumTests {
  static let entity = EntityRef(kind: .host, label: "ward-1")

  @Test func `a day is reported once a later one begins, with its greatest score a scale`() {
    var tracker = DailyMaximumTracker(entity: Self.entity, scales: [.minute, .threeHours])
    #expect(tracker.observe([1, 5], day: 10).isEmpty)
    #expect(tracker.observe([3, 2], day: 10).isEmpty)
    let finished = tracker.observe([0, 0], day: 11)
    #expect(finished.map(\.score) == [3, 5])
    #expect(finished.map(\.scale) == [.minute, .threeHours])
    #expect(finished.allSatisfy { $0.day == 10 && $0.entity == Self.entity })
  }

  @Test func `a score of a past day is reported by itself`() {
    var tracker = DailyMaximumTracker(entity: Self.entity, scales: [.minute])
    _ = tracker.observe([1], day: 10)
    #expect(tracker.observe([9], day: 8).map(\.day) == [8])
    #expect(tracker.observe([2], day: 11).map(\.score) == [1])
  }

  @Test func `a day is the site's`() {
    let late = Timestamp(milliseconds: 86_400_000 * 3 - 1)
    #expect(DailyMaximum.day(of: late) == 2)
    #expect(DailyMaximum.day(of: late, offset: 3600) == 3)
    #expect(DailyMaximum.day(of: Timestamp(milliseconds: -1)) == -1)
  }
}
