import CordonCore

/// A physician who is about to leave exports some sixty records within an hour, and copies them to the share.
///
/// Seen in raw counts: exports, which physicians hardly make, and connections.
struct InsiderExport {
  private static let records = 60

  let cast: AttackCast

  /// Nil where no physician works often enough.
  var activity: HospitalActivity? {
    guard let (person, shifts) = cast.insider(.physician, for: .insiderExport) else { return nil }
    let hospital = cast.hospital
    let access = InsiderAccess(hospital: hospital, kind: .insiderExport)
    for shift in shifts {
      var random = hospital.stream("export", person.index, shift.day)
      let sessions = access.sessions(of: person, shift)
      guard let session = sessions.max(by: { $0.end.since($0.start) < $1.end.since($1.start) }) else { continue }
      let patients = hospital.census.all(on: shift.day).shuffled(using: &random)
      var activity = HospitalActivity()
      for (number, patient) in patients.prefix(Self.records).enumerated() {
        let time = access.moment(in: session, (Double(number) + random.uniform()) / Double(Self.records))
        access.add(.export, patient, at: time, session, into: &activity)
        activity.machine.append(
          session.event(
            .fileCopy, Session.firstOfAttack + number,
            .start(arguments: ["gio", "copy", "export-\(number).pdf", "smb://share/private/"], rights: .own),
            at: time.advanced(by: .milliseconds(900)), attack: .insiderExport))
      }
      return activity
    }
    return nil
  }
}
