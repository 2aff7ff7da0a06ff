import CordonCore

/// A workstation says to the interface engine that it is a monitor: false vital signs, and patients made one; the engine
/// refuses some.
struct ClinicalInjection {
  private static let messages = 40

  let cast: AttackCast

  /// Nil where there is no monitor to be taken for.
  var activity: HospitalActivity? {
    let attack = WireAttack(cast: cast, kind: .clinicalInjection)
    guard let monitor = attack.hospital.devices.first(where: { $0.kind == .monitor }),
      case .some((let host, var time, var random)) = attack.start(hour: 4)
    else { return nil }
    var activity = HospitalActivity()
    for number in 0..<Self.messages {
      let patients = attack.hospital.census.all(on: attack.hospital.calendar.day(of: time))
      let isMerge = number % 8 == 7
      var message = ClinicalMessage(
        sender: monitor.label, receiver: ClinicalServer.engine.rawValue, patient: random.pick(patients),
        body: isMerge
          ? .merge(into: random.pick(patients))
          : .results([.init(code: "8867-4^Heart rate^LN", value: (20 + random.uniform() * 20).rounded(), unit: "/min")])
      )
      message.isAccepted = !isMerge && !random.chance(0.2)
      activity.wire.append(
        attack.conversation(.clinical([message]), from: host.address, to: ClinicalServer.engine.peer, at: time))
      time = time.advanced(by: .seconds(5 + random.exponential(mean: 20)))
    }
    return activity
  }
}
