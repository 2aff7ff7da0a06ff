import CordonCore
import CordonTelemetry
import CordonTestSupport
import Testing

@Suite struct WireNoveltyTests {
  /// A meeting, when it was in seconds after the warming up, and whether it is news.
  private struct Meeting {
    var entity: UInt64
    var other: UInt64
    var after: Int64
    var isNew: Bool
  }

  private static func check(_ meetings: [Meeting]) {
    var novelty = WireNovelty()
    for meeting in meetings {
      let time = FakeClock.start.advanced(by: WireNovelty.warmUp + .seconds(meeting.after))
      let isNew = novelty.isNew(meeting.other, to: meeting.entity, at: time, for: .seconds(60))
      #expect(isNew == meeting.isNew, "\(meeting)")
    }
  }

  @Test func `nobody is new until the entity has been watched for a while`() {
    Self.check([
      Meeting(entity: 1, other: 5, after: -3600, isNew: false), Meeting(entity: 1, other: 6, after: -1, isNew: false),
      Meeting(entity: 1, other: 6, after: 0, isNew: false), Meeting(entity: 1, other: 7, after: 0, isNew: true),
      // Of another entity, which is watched only now.
      Meeting(entity: 2, other: 7, after: 0, isNew: false),
    ])
  }

  @Test func `what is new stays so for a window's length`() {
    Self.check([
      Meeting(entity: 1, other: 1, after: -3600, isNew: false), Meeting(entity: 1, other: 2, after: 0, isNew: true),
      Meeting(entity: 1, other: 2, after: 59, isNew: true), Meeting(entity: 1, other: 2, after: 60, isNew: false),
    ])
  }
}
