package import CordonCore

/// What a made-up hospital is asked to be.
package struct HospitalSettings: Hashable, Sendable {
  package static let userLimit = 5_000
  package static let hostLimit = 5_000
  package static let deviceLimit = 50_000
  package static let dayLimit = 366
  /// With fewer people, hosts, devices or days an attack has nobody to be, nowhere to go, or no normal time before it.
  package static let fewestUsersAttacked = 10
  package static let fewestHostsAttacked = 6
  package static let fewestDaysAttacked = 7
  /// With as many there is one of each kind.
  package static let fewestDevicesAttacked = 3

  /// The same seed and settings give the same bytes on the same machine.
  package var seed: UInt64
  /// Midnight (UTC) of the first day.
  package var start: Timestamp
  package var days: Int
  package var users: Int
  package var hosts: Int
  /// Medical devices; with any of them, the network is captured.
  package var devices: Int
  package var attacks: [AttackKind]
  /// The day (0 is the first) from which a new EHR client is in use: more programs, another server, more errands.
  package var goLive: Int?

  /// 2026-01-05, a Monday.
  package static let usualStart = Timestamp(milliseconds: 1_767_571_200_000)

  package init(
    seed: UInt64, start: Timestamp = usualStart, days: Int = 14, users: Int = 20, hosts: Int = 30,
    devices: Int = 10, attacks: [AttackKind] = AttackKind.usual, goLive: Int? = nil
  ) {
    self.seed = seed
    self.start = start
    self.days = days
    self.users = users
    self.hosts = hosts
    self.devices = devices
    self.attacks = AttackKind.allCases.filter { attacks.contains($0) }
    self.goLive = goLive
  }

  /// Throws with everything that is wrong at once.
  package func validate() throws(CordonError) {
    var wrong: [String] = []
    func check(_ name: String, _ value: Int, _ range: ClosedRange<Int>) {
      if !range.contains(value) {
        wrong.append("\(name) is \(value); it is \(range.lowerBound) to \(range.upperBound)")
      }
    }
    check("users", users, 1...Self.userLimit)
    check("hosts", hosts, 1...Self.hostLimit)
    check("devices", devices, 0...Self.deviceLimit)
    check("days", days, 1...Self.dayLimit)
    if !attacks.isEmpty {
      if users < Self.fewestUsersAttacked { wrong.append("attacks need at least \(Self.fewestUsersAttacked) users") }
      if hosts < Self.fewestHostsAttacked { wrong.append("attacks need at least \(Self.fewestHostsAttacked) hosts") }
      if devices < Self.fewestDevicesAttacked, attacks.contains(where: \.isOnWire) {
        let names = attacks.filter(\.isOnWire).map(\.rawValue).joined(separator: ", ")
        wrong.append("\(names) need at least \(Self.fewestDevicesAttacked) devices")
      }
      if days < Self.fewestDaysAttacked { wrong.append("attacks need at least \(Self.fewestDaysAttacked) days") }
    }
    if let goLive, !(0..<max(1, days)).contains(goLive) {
      wrong.append("the go-live day is \(goLive); it is 0 to \(max(1, days) - 1)")
    }
    guard !wrong.isEmpty else { return }
    throw CordonError(
      .invalid, "range-settings", "No hospital can be made: \(wrong.joined(separator: "; ")).",
      remedy: "Change these values, or ask for --attacks none.")
  }
}
