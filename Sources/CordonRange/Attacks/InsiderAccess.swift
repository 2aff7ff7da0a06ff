import CordonCore

/// How somebody inside opens records that are none of their business: in their own sessions, at their usual screens, by
/// the usual program.
struct InsiderAccess {
  let hospital: Hospital
  let kind: AttackKind

  /// The sessions of a shift.
  func sessions(of person: Person, _ shift: Shift) -> [Session] {
    ShiftWork(hospital: hospital, person: person, shift: shift).sessions
  }

  /// A moment within a session, by a number from 0 to 1.
  func moment(in session: Session, _ share: Double) -> Timestamp {
    let length = Double(session.end.since(session.start).milliseconds)
    return session.start.advanced(by: .milliseconds(Int(share * length * 0.95)))
  }

  func open(_ patient: Int, at time: Timestamp, _ session: Session, into activity: inout HospitalActivity) {
    let isLive = hospital.isLive(at: session.start)
    let server = isLive ? HospitalNetwork.newEHR : HospitalNetwork.ehr
    activity.machine.append(
      session.event(
        isLive ? .newEHRClient : .ehrClient, Session.Resident.ehr.rawValue, .connect(server, .made), at: time,
        attack: kind))
    add(.read, patient, at: time.advanced(by: .milliseconds(80)), session, into: &activity)
  }

  func add(
    _ interaction: RecordAccess.Interaction, _ patient: Int, at time: Timestamp, _ session: Session,
    into activity: inout HospitalActivity
  ) {
    activity.records.append(
      RecordAccess(
        time: time, person: session.person, host: session.host, interaction: interaction, patient: patient, attack: kind
      ))
  }
}
