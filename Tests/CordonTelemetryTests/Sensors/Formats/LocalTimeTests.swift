import CordonCore
import CordonTestSupport
import Testing

@testable import CordonTelemetry

/// When it was by the machine's clock, of lines that say neither year nor zone.
@Suite struct LocalTimeTests {
  static func moment(_ text: String) throws -> Timestamp { try #require(MomentText.read(text)) }

  static func local(_ month: Int, _ day: Int, _ hour: Int, _ minute: Int = 0, year: Int? = nil) -> LocalTime {
    LocalTime(year: year, month: month, day: day, milliseconds: Int64(hour * 60 + minute) * 60_000)
  }

  /// Central Europe in 2024: forward on 31 March, back on 27 October, at 01:00 UTC.
  static let berlin: @Sendable (Timestamp) -> Int = { time in
    time.milliseconds >= 1_711_846_800_000 && time.milliseconds < 1_729_990_800_000 ? 7200 : 3600
  }

  @Test(arguments: [
    (12, 31, "2025-01-01T00:00:10Z", "2024-12-31"), (1, 1, "2025-01-01T00:00:10Z", "2025-01-01"),
    (1, 2, "2025-01-01T00:00:10Z", "2025-01-02"), (1, 3, "2025-01-01T00:00:10Z", "2024-01-03"),
    (6, 14, "2026-03-01T00:00:00Z", "2025-06-14"), (2, 29, "2026-03-01T00:00:00Z", "2024-02-29"),
    (2, 29, "2024-02-29T12:00:00Z", "2024-02-29"), (12, 31, "2024-12-30T23:30:00Z", "2024-12-31"),
  ]) func `the year is the last in which it could have been`(month: Int, day: Int, now: String, date: String) throws {
    var clock = LocalClock { _ in 0 }
    let found = clock.moment(of: Self.local(month, day, 0), readAt: try Self.moment(now))
    #expect(found == (try Self.moment(date)))
  }

  @Test func `a year that is said stands`() throws {
    var clock = LocalClock { _ in 0 }
    let now = try Self.moment("2026-01-01")
    #expect(clock.moment(of: Self.local(6, 14, 0, year: 2005), readAt: now) == (try Self.moment("2005-06-14")))
    #expect(clock.moment(of: Self.local(6, 14, 0, year: 1066), readAt: now) == nil)
  }

  @Test func `what a clock east of Greenwich shows at the beginning of 1970 was before it`() throws {
    var clock = LocalClock(offset: Self.berlin)
    let now = try Self.moment("2026-01-01")
    #expect(clock.moment(of: Self.local(1, 1, 0, year: 1970), readAt: now) == nil)
    #expect(Self.local(1, 1, 0).moment(year: 1970, offset: 50_400) == nil)
    #expect(clock.moment(of: Self.local(1, 1, 1, year: 1970), readAt: now) == .epoch)
  }

  @Test func `summer time is taken off`() throws {
    var clock = LocalClock(offset: Self.berlin)
    let now = try Self.moment("2024-11-30T00:00:00Z")
    #expect(clock.moment(of: Self.local(7, 1, 12), readAt: now) == (try Self.moment("2024-07-01T10:00:00Z")))
    #expect(clock.moment(of: Self.local(11, 1, 12), readAt: now) == (try Self.moment("2024-11-01T11:00:00Z")))
  }

  @Test func `of the hour that comes twice the order of the lines tells which`() throws {
    var clock = LocalClock(offset: Self.berlin)
    let now = try Self.moment("2024-10-28T00:00:00Z")
    let times = [(1, 50), (2, 10), (2, 50), (2, 10), (2, 55), (3, 5)].map { Self.local(10, 27, $0.0, $0.1) }
    let found = times.map { clock.moment(of: $0, readAt: now) }
    let expected = [
      "2024-10-26T23:50:00Z", "2024-10-27T00:10:00Z", "2024-10-27T00:50:00Z", "2024-10-27T01:10:00Z",
      "2024-10-27T01:55:00Z", "2024-10-27T02:05:00Z",
    ]
    #expect(found == (try expected.map { try Self.moment($0) }))
  }

  @Test func `of the hour that never was a moment is made all the same`() throws {
    var clock = LocalClock(offset: Self.berlin)
    let now = try Self.moment("2024-04-01T00:00:00Z")
    #expect(clock.moment(of: Self.local(3, 31, 2, 30), readAt: now) == (try Self.moment("2024-03-31T01:30:00Z")))
  }
}
