package import CordonCore

/// A made-up hospital, whole from its settings: people, machines, patients, rota.
package struct Hospital: Sendable {
  package let settings: HospitalSettings
  package let calendar: HospitalCalendar
  package let staff: [Person]
  package let hosts: [Host]
  package let devices: [Device]
  package let capturePoints: [CapturePoint]
  package let census: Census
  package let roster: Roster

  /// Throws where the settings are out of range.
  package init(_ settings: HospitalSettings) throws(CordonError) {
    try settings.validate()
    self.settings = settings
    calendar = HospitalCalendar(start: settings.start, days: settings.days)
    let wards = Ward.count(users: settings.users)
    hosts = Host.all(settings, wards: wards)
    devices = Device.all(settings, wards: wards)
    capturePoints = CapturePoint.all(wards: wards, devices: settings.devices)
    staff = Person.staff(settings, wards: wards, hosts: hosts)
    census = Census(settings, wards: wards)
    roster = Roster(seed: settings.seed, calendar: calendar)
  }

  /// Whether the new EHR client is in use.
  func isLive(at time: Timestamp) -> Bool { settings.goLive.map { time >= calendar.midnight(of: $0) } ?? false }

  /// Where conversations between clinical servers are captured.
  var core: Int { capturePoints.count - 1 }

  /// What an address is, as tables and labels name it; nil for what is not the hospital's.
  package func name(of address: NetworkAddress) -> (kind: AttackLabel.Kind, label: String)? {
    if let host = hosts.first(where: { $0.address == address }) { return (.host, host.label) }
    if let device = devices.first(where: { $0.address == address }) { return (.device, device.label) }
    return ClinicalServer.allCases.first { $0.address == address }.map { (.device, $0.rawValue) }
  }

  /// A stream of random numbers of its own for a purpose and what it is about.
  func stream(_ purpose: StaticString, _ first: Int, _ second: Int = 0) -> SeededStream {
    SeededStream(seed: settings.seed, purpose, first, second)
  }

  /// What people and machines do in the shifts and routines that begin on a day, attacks apart; a night's work ends on
  /// the next day. In no order.
  package func activity(beginningOn day: Int) -> HospitalActivity {
    var activity = HospitalActivity()
    for person in staff {
      guard let shift = roster.shift(of: person, on: day) else { continue }
      ShiftWork(hospital: self, person: person, shift: shift).perform(into: &activity)
    }
    for host in hosts { HostRoutine(hospital: self, host: host, day: day).perform(into: &activity) }
    for device in devices { DeviceRoutine(hospital: self, device: device, day: day).perform(into: &activity) }
    return activity
  }
}
