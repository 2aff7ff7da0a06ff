import CordonCore

/// A modality that was taken over asks a server outside every minute, give or take three seconds, for six hours.
struct Beaconing {
  private static let calls = 360
  private static let name = "cdn.telemetry-stats.example"

  let cast: AttackCast

  /// Nil where there is no modality.
  var activity: HospitalActivity? {
    let attack = WireAttack(cast: cast, kind: .beaconing)
    guard let device = attack.hospital.devices.first(where: { $0.kind == .modality }),
      case .some((_, let begin, var random)) = attack.start(hour: 11)
    else { return nil }
    var activity = HospitalActivity()
    for call in 0..<Self.calls {
      let time = begin.advanced(by: .milliseconds(call * 60_000 + Int(random.uniform() * 6_000)))
      if call % 10 == 0 {
        activity.wire.append(
          attack.conversation(
            .question(name: Self.name, isKnown: true), from: device.address, to: HospitalNetwork.names, at: time,
            capturePoint: device.ward))
      }
      activity.wire.append(
        attack.conversation(
          .sealed(name: Self.name, sent: 300 + Int(random.uniform() * 60), received: 180), from: device.address,
          to: HospitalNetwork.dropSite, at: time.advanced(by: .milliseconds(20)), capturePoint: device.ward))
    }
    return activity
  }
}
