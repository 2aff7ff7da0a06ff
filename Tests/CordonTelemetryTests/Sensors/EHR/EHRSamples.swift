import CordonCore

/// Records of audit trails in every form that is read, all made up.
enum EHRSamples {
  /// R4, as IHE's BALP writes a read: the person's program, the server, the person, the patient.
  static let read = #"""
    {"resourceType":"AuditEvent","type":{"system":"http://terminology.hl7.org/CodeSystem/audit-event-type","code":"rest"},
    "subtype":[{"system":"http://hl7.org/fhir/restful-interaction","code":"read"}],"action":"R",
    "recorded":"2026-01-01T00:00:01.250Z","outcome":"0","agent":[
    {"type":{"coding":[{"code":"110153"}]},"who":{"reference":"Device/client"},"requestor":false,
    "network":{"address":"192.0.2.7","type":"2"}},
    {"type":{"coding":[{"code":"110152"}]},"who":{"display":"server"},"requestor":false},
    {"type":{"coding":[{"code":"IRCP"}]},"who":{"reference":"https://ehr.example/fhir/Practitioner/12"},
    "altId":"ann","requestor":true,"purposeOfUse":[{"coding":[{"code":"TREAT"}]}]}],
    "source":{"observer":{"display":"ehr"}},"entity":[
    {"what":{"reference":"Patient/4711/_history/2"},"role":{"code":"1"}},
    {"what":{"reference":"Observation/9"},"role":{"code":"4"}}]}
    """#.replacing("\n", with: "")

  /// R5: one patient of its own, codes as concepts, the outcome as an object.
  static let search = #"""
    {"resourceType":"AuditEvent","category":[{"coding":[{"code":"rest"}]}],"code":{"coding":[{"code":"search-type"}]},
    "action":"E","recorded":"2026-01-01T00:00:09Z","occurredDateTime":"2026-01-01T00:00:02Z",
    "outcome":{"code":{"system":"http://terminology.hl7.org/CodeSystem/audit-event-outcome","code":"success"}},
    "agent":[{"who":{"identifier":{"system":"urn:x","value":"bob"}},"requestor":true,"networkString":"ws-3"}],
    "entity":[{"role":{"coding":[{"code":"24"}]},"query":"UGF0aWVudA=="}]}
    """#.replacing("\n", with: "")

  /// A person overrides a record's protection and is let in, told in the reason.
  static let override = #"""
    {"resourceType":"AuditEvent","type":{"code":"110110"},"action":"R","recorded":"2026-01-01T00:00:03Z","outcome":"0",
    "purposeOfEvent":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ActReason","code":"BTG"}]}],
    "agent":[{"who":{"reference":"Practitioner/12"},"altId":"ann","requestor":true}],
    "entity":[{"what":{"identifier":{"system":"urn:oid:1.2.3","value":"88"}},"role":{"code":"1"}}]}
    """#.replacing("\n", with: "")

  /// DICOM PS3.15: a disclosure of two patients' documents.
  static let export = #"""
    <?xml version="1.0" encoding="UTF-8"?><AuditMessage>
    <EventIdentification EventActionCode="R" EventDateTime="2026-01-01T01:00:04+01:00" EventOutcomeIndicator="0">
    <EventID csd-code="110106" codeSystemName="DCM" originalText="Export"/>
    <EventTypeCode csd-code="ITI-43" codeSystemName="IHE Transactions" originalText="Retrieve Document Set"/>
    </EventIdentification>
    <ActiveParticipant UserID="repository" UserIsRequestor="false" NetworkAccessPointID="192.0.2.9">
    <RoleIDCode csd-code="110153" codeSystemName="DCM" originalText="Source"/></ActiveParticipant>
    <ActiveParticipant UserID="carla" AlternativeUserID="18996" UserIsRequestor="true"/>
    <AuditSourceIdentification AuditSourceID="ehr"/>
    <ParticipantObjectIdentification ParticipantObjectID="24^^^MPI&amp;1.2.3&amp;ISO^PI" ParticipantObjectTypeCode="1"
     ParticipantObjectTypeCodeRole="1"><ParticipantObjectIDTypeCode csd-code="2"/></ParticipantObjectIdentification>
    <ParticipantObjectIdentification ParticipantObjectID="25^^^WARD" ParticipantObjectTypeCode="1"
     ParticipantObjectTypeCodeRole="1"><ParticipantObjectIDTypeCode csd-code="2"/></ParticipantObjectIdentification>
    </AuditMessage>
    """#

  /// RFC 3881: a log-on that failed.
  static let logOn = #"""
    <AuditMessage><EventIdentification EventActionCode="E" EventDateTime="2026-01-01T00:00:05Z"
     EventOutcomeIndicator="4"><EventID code="110114" codeSystemName="DCM"/><EventTypeCode code="110122"/>
    </EventIdentification><ActiveParticipant UserID="dom\dora" UserIsRequestor="true"/>
    <AuditSourceIdentification AuditSourceID="ehr"/></AuditMessage>
    """#.replacing("\n", with: "")

  static let syslog = "<85>1 2026-01-01T00:00:05Z host ehr 12 IHE+RFC-3881 - \(logOn)"

  static let stay = #"""
    {"resourceType":"Encounter","id":"e1","status":"in-progress","subject":{"reference":"Patient/4711"},
    "participant":[{"individual":{"reference":"Practitioner/12"}}],"period":{"start":"2025-12-30T08:00:00Z"},
    "location":[{"location":{"reference":"Location/ward-3"}}]}
    """#.replacing("\n", with: "")

  static let resources = [read, search, override, syslog, stay]

  /// All of them, as a careless program would write them into one file.
  static let recording = Array(
    "\u{FEFF}\(read)\n\(search)\r\n\n\(export)\n\(override)\n\(syslog)\n{\n \"resourceType\": \"Bundle\",\n \"entry\": [ {\n  \"resource\": \(stay)\n } ]\n}\n"
      .utf8)

  static let count = 6
}
