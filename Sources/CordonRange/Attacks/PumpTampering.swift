import CordonCore

/// At night a workstation sends the pump gateway orders of its own: rates ten times the usual, for pumps in turn.
struct PumpTampering {
  private static let orders = 8

  let cast: AttackCast

  /// Nil where there is no pump.
  var activity: HospitalActivity? {
    let attack = WireAttack(cast: cast, kind: .pumpTampering)
    let pumps = attack.hospital.devices.filter { $0.kind == .pump }
    guard !pumps.isEmpty, case .some((let host, var time, var random)) = attack.start(hour: 2) else { return nil }
    var activity = HospitalActivity()
    for number in 0..<Self.orders {
      let pump = pumps[number % pumps.count]
      let day = attack.hospital.calendar.day(of: time)
      let order = ClinicalMessage(
        sender: ClinicalServer.medication.rawValue, receiver: ClinicalServer.pumpGateway.rawValue,
        patient: random.pick(attack.hospital.census.patients(in: pump.ward, on: day)),
        body: .infusion(pump: pump.label, rate: (600 + random.uniform() * 400).rounded()))
      activity.wire.append(
        attack.conversation(
          .clinical([order]), from: host.address, to: ClinicalServer.pumpGateway.peer, at: time))
      time = time.advanced(by: .seconds(20 + random.exponential(mean: 40)))
    }
    return activity
  }
}
