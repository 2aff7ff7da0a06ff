import CordonCore
import CordonRange
import Testing

@Suite struct RosterTests {
  private static func hospital() throws -> Hospital {
    try Hospital(HospitalSettings(seed: 21, days: 28, users: 40, hosts: 30, attacks: []))
  }

  @Test func wardsAreStaffedAroundTheClock() throws {
    let hospital = try Self.hospital()
    let shifts = (0..<28).flatMap { day in
      hospital.staff.compactMap { person in
        person.role == .nurse ? hospital.roster.shift(of: person, on: day) : nil
      }
    }
    for hour in 24..<(27 * 24) {
      let time = hospital.calendar.start.advanced(by: .seconds(3600 * hour + 1800))
      #expect(shifts.contains { $0.start <= time && time < $0.end }, "hour \(hour)")
    }
  }

  @Test func officesAreEmptyOnWeekends() throws {
    let hospital = try Self.hospital()
    let clerks = hospital.staff.filter { $0.role == .administration }
    #expect(!clerks.isEmpty)
    for day in 0..<28 where hospital.calendar.isWeekend(day) {
      #expect(clerks.allSatisfy { hospital.roster.shift(of: $0, on: day) == nil })
    }
  }

  /// Nobody works two shifts at a time, not even past midnight.
  @Test func shiftsOfOnePersonDoNotOverlap() throws {
    let hospital = try Self.hospital()
    for person in hospital.staff {
      let shifts = (-1..<28).compactMap { hospital.roster.shift(of: person, on: $0) }
      for (first, second) in zip(shifts, shifts.dropFirst()) {
        #expect(first.start < first.end)
        #expect(first.end <= second.start, "\(person.account) on day \(second.day)")
      }
    }
  }

  @Test func accountsAndHostsAreUnique() throws {
    let hospital = try Hospital(HospitalSettings(seed: 2, days: 1, users: 500, hosts: 400, attacks: []))
    #expect(Set(hospital.staff.map(\.account)).count == 500)
    #expect(Set(hospital.staff.map(\.uid)).count == 500)
    #expect(Set(hospital.hosts.map(\.label)).count == 400)
    #expect(Set(hospital.hosts.map(\.address)).count == 400)
  }
}
