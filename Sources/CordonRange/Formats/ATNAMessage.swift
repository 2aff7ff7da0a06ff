import CordonCore

/// One access to a record as an audit message of DICOM PS3.15 A.5 in a syslog line (RFC 5424), as IHE's ATNA profile
/// sends it.
///
/// The same accesses as `FHIRAuditEvent` tells: a gateway reads one of the two.
package struct ATNAMessage: Sendable {
  private let hospital: Hospital

  package init(in hospital: Hospital) { self.hospital = hospital }

  /// The line, with its end.
  package func append(_ access: RecordAccess, to text: inout [UInt8]) {
    let time = HospitalCalendar.text(access.time)
    let message = """
      <AuditMessage>\(event(access, time))\(people(access))\
      <AuditSourceIdentification AuditSourceID="ehr"/>\(Self.object(access))</AuditMessage>
      """
    // Facility 10, severity 5: a security message of note.
    text.append(contentsOf: "<85>1 \(time) ehr ehr - IHE+RFC-3881 - \(message)\n".utf8)
  }

  private func event(_ access: RecordAccess, _ time: String) -> String {
    let (code, name, action) =
      switch access.interaction {
      case .search: ("110112", "Query", "E")
      case .update: ("110110", "Patient Record", "U")
      case .read: ("110110", "Patient Record", "R")
      case .export: ("110106", "Export", "R")
      }
    return #"<EventIdentification EventActionCode="\#(action)" EventDateTime="\#(time)" EventOutcomeIndicator="0">"#
      + #"<EventID csd-code="\#(code)" codeSystemName="DCM" originalText="\#(name)"/></EventIdentification>"#
  }

  private func people(_ access: RecordAccess) -> String {
    let person = hospital.staff[access.person]
    let host = hospital.hosts[access.host]
    return #"<ActiveParticipant UserID="\#(person.account)" UserIsRequestor="true" "#
      + #"NetworkAccessPointID="\#(host.address.text)" NetworkAccessPointTypeCode="2"/>"#
      + #"<ActiveParticipant UserID="\#(host.label)" UserIsRequestor="false">"#
      + #"<RoleIDCode csd-code="110153" codeSystemName="DCM" originalText="Source Role ID"/></ActiveParticipant>"#
  }

  private static func object(_ access: RecordAccess) -> String {
    guard let patient = access.patient else {
      // What was looked for is no part of the recording.
      return #"<ParticipantObjectIdentification ParticipantObjectID="query" ParticipantObjectTypeCode="2" "#
        + #"ParticipantObjectTypeCodeRole="24"/>"#
    }
    return #"<ParticipantObjectIdentification ParticipantObjectID="\#(patient)" ParticipantObjectTypeCode="1" "#
      + #"ParticipantObjectTypeCodeRole="1"/>"#
  }
}
