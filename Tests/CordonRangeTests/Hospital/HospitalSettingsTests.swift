import CordonCore
import CordonRange
import Testing

@Suite struct HospitalSettingsTests {
  @Test(arguments: [1, HospitalSettings.userLimit]) func limitsAreInRange(_ users: Int) throws {
    try HospitalSettings(seed: 1, days: 1, users: users, hosts: users, attacks: []).validate()
  }

  @Test func everythingWrongIsSaidAtOnce() {
    let settings = HospitalSettings(
      seed: 1, days: 0, users: HospitalSettings.userLimit + 1, hosts: 0, devices: 2, attacks: AttackKind.allCases,
      goLive: 3)
    let error = #expect(throws: CordonError.self) { try settings.validate() }
    for part in [
      "users is 5001", "hosts is 0", "days is 0", "attacks need at least 7 days", "beaconing need at least 3 devices",
      "go-live day is 3",
    ] {
      #expect(error?.message.contains(part) == true, "\(part)")
    }
  }

  static let lists: [(String, [AttackKind])] = [
    ("none", []), ("all", AttackKind.allCases), ("snooping", [.snooping]),
    ("slow-exfiltration,snooping", [.slowExfiltration, .snooping]),
  ]

  @Test(arguments: lists) func attacksAreNamed(_ text: String, _ kinds: [AttackKind]) throws {
    #expect(try AttackKind.list(text) == kinds)
  }

  @Test(arguments: ["", "phishing", "snooping,", "snooping, stolen-credentials"])
  func unknownAttacksAreRefused(_ text: String) {
    let error = #expect(throws: CordonError.self) { try AttackKind.list(text) }
    #expect(error?.remedy.contains("slow-exfiltration") == true)
  }

  @Test(arguments: ["2026-1", "05.01.2026", "2026-13-01", "", "yesterday"]) func badDatesAreRefused(_ text: String) {
    #expect(HospitalCalendar.midnight(text) == nil)
  }

  @Test func theUsualStartIsAMonday() throws {
    #expect(HospitalCalendar.midnight("2026-01-05") == HospitalSettings.usualStart)
    let calendar = HospitalCalendar(start: HospitalSettings.usualStart, days: 14)
    #expect(calendar.weekday(of: 0) == 0)
    #expect(calendar.weekday(of: -1) == 6)
    #expect(calendar.isWeekend(12))
    #expect(calendar.day(of: calendar.start.advanced(by: .milliseconds(-1))) == -1)
    #expect(calendar.hourOfWeek(of: calendar.end.advanced(by: .milliseconds(-1))) == 167)
    #expect(HospitalCalendar.text(calendar.start) == "2026-01-05T00:00:00.000Z")
  }
}
