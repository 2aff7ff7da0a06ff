import CordonCore
import Testing

@Suite struct ExpectedActivityTests {
  /// 2026-12-06T00:00:00Z, a Sunday.
  private static let sunday = Timestamp(milliseconds: 1_796_515_200_000)

  private static func hour(_ hours: Double) -> Timestamp { sunday.advanced(by: .seconds(hours * 3600)) }

  @Test(arguments: [
    "maintenance group ward-3 sun 02:00-06:00 until 2027-01-01T00:00Z: patches",
    "scanner host scan-01 until 2027-06-30T12:30Z: the network team's: do not chase",
    "ticket site from 2026-12-01T20:00Z until 2026-12-02T04:00Z: CHG0012345",
    "maintenance site daily 22:30-01:15 from 2026-12-01T00:00Z until 2026-12-31T00:00Z: Sicherung, täglich",
  ])
  func readsWhatItWrites(_ text: String) throws {
    let activity = try #require(ExpectedActivity(text: text))
    #expect(activity.text == text)
  }

  @Test func datesAreWholeDays() throws {
    let activity = try #require(ExpectedActivity(text: "ticket  site from 2026-12-06 until 2026-12-06: upgrade"))
    #expect(activity.text == "ticket site from 2026-12-06T00:00Z until 2026-12-07T00:00Z: upgrade")
    for (hours, covers) in [(-0.1, false), (0, true), (23.9, true), (24, false)] {
      #expect(activity.covers(Self.hour(hours), host: "", group: "", offset: 0) == covers, "\(hours)")
    }
  }

  @Test(arguments: [
    "", "maintenance", "party site until 2027-01-01: x", "maintenance until 2027-01-01: x",
    "maintenance host until 2027-01-01: x", "maintenance site: x", "maintenance site until 2027-01-01",
    "maintenance site until 2027-01-01: ", "maintenance site until 2027-02-30: x", "maintenance site until tomorrow: x",
    "maintenance site until 2027-01-01T25:00Z: x", "maintenance site until 2027-01-01T10:00: x",
    "maintenance site sun until 2027-01-01: x", "maintenance site sun 02:00-02:00 until 2027-01-01: x",
    "maintenance site sun 2:00-06:00 until 2027-01-01: x", "maintenance site sun 02:00-24:00 until 2027-01-01: x",
    "maintenance site sun 02:60-06:00 until 2027-01-01: x", "maintenance site son 02:00-06:00 until 2027-01-01: x",
    "maintenance site from 2027-01-02 until 2027-01-01: x", "maintenance site until 2027-01-01 sun 02:00-06:00: x",
    "maintenance site until 2027-01-01: \u{7}",
  ])
  func refusesWhatIsNone(_ text: String) { #expect(ExpectedActivity(text: text) == nil) }

  @Test func refusesALongReason() {
    let start = "ticket site until 2027-01-01: "
    #expect(ExpectedActivity(text: start + String(repeating: "x", count: ExpectedActivity.mostWhyBytes)) != nil)
    #expect(ExpectedActivity(text: start + String(repeating: "x", count: ExpectedActivity.mostWhyBytes + 1)) == nil)
  }

  @Test func aTargetIsMeantAndNoOther() throws {
    func covers(_ target: String, host: String = "scan-01", group: String = "ward-3") throws -> Bool {
      try #require(ExpectedActivity(text: "scanner \(target) until 2027-01-01: x"))
        .covers(Self.sunday, host: host, group: group, offset: 0)
    }
    #expect(try covers("site") && covers("host scan-01") && covers("group ward-3"))
    #expect(try !covers("host scan-0") && !covers("group ward"))
    // What the collector raised over several agents is of no host and no group.
    #expect(try covers("site", host: "", group: "") && !covers("host scan-01", host: "", group: ""))
  }

  /// In the site's time, and past midnight where it ends before it begins.
  @Test(
    arguments: [
      ("sun 02:00-06:00", 0, [(1.9, false), (2, true), (5.9, true), (6, false), (26, false)]),
      ("sun 02:00-06:00", 7200, [(0, true), (3.9, true), (4, false)]),
      ("sun 02:00-06:00", -7200, [(3.9, false), (4, true)]),
      ("sat 22:00-02:00", 0, [(-2.1, false), (-2, true), (1.9, true), (2, false), (22, false)]),
      ("daily 22:00-02:00", 0, [(-2, true), (1.9, true), (2, false), (22, true), (49, true)]),
      ("mon 00:00-23:59", 0, [(23.9, false), (24, true), (24 * 8, true), (24 * 9, false)]),
    ] as [(String, Int, [(Double, Bool)])])
  func hoursAreOfTheSite(_ hours: String, offset: Int, cases: [(Double, Bool)]) throws {
    let activity = try #require(ExpectedActivity(text: "maintenance site \(hours) until 2027-01-01: x"))
    for (hours, covers) in cases {
      #expect(activity.covers(Self.hour(hours), host: "", group: "", offset: offset) == covers, "\(hours)")
    }
  }
}
