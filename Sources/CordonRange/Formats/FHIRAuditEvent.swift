import CordonCore

/// One access to a record as a FHIR R4 AuditEvent, on one line (https://hl7.org/fhir/R4/auditevent.html).
///
/// Every value is one of the hospital's own words, plain ASCII without quotes, so that nothing needs escaping.
package struct FHIRAuditEvent: Sendable {
  private static let terminology = "http://terminology.hl7.org/CodeSystem"
  private static let interactions = "http://hl7.org/fhir/restful-interaction"
  private static let dicom = "http://dicom.nema.org/resources/ontology/DCM"

  private let hospital: Hospital
  private var random: SeededStream

  package init(in hospital: Hospital) {
    self.hospital = hospital
    random = hospital.stream("fhir", 0)
  }

  /// The line, with its end.
  package mutating func append(_ access: RecordAccess, to text: inout [UInt8]) {
    let person = hospital.staff[access.person]
    let host = hospital.hosts[access.host]
    let id = UniqueID(at: access.time, randomness: &random)
    let fields = [
      #""resourceType":"AuditEvent","id":"\#(id)""#,
      Self.kind(of: access.interaction),
      #""recorded":"\#(HospitalCalendar.text(access.time))","outcome":"0""#,
      agents(person, host),
      #""source":{"site":"Hospital","observer":{"display":"ehr"},"type":[\#(Self.coding("\(Self.terminology)/security-source-type", "4", "Application Server"))]}"#,
      #""entity":[\#(Self.entity(access))]"#,
    ]
    text.append(contentsOf: "{\(fields.joined(separator: ","))}\n".utf8)
  }

  private static func coding(_ system: String, _ code: String, _ display: String) -> String {
    #"{"system":"\#(system)","code":"\#(code)","display":"\#(display)"}"#
  }

  private static func kind(of interaction: RecordAccess.Interaction) -> String {
    if interaction == .export { return #""type":\#(coding(dicom, "110106", "Export")),"action":"R""# }
    let (code, action) =
      switch interaction {
      case .search: ("search-type", "E")
      case .update: ("update", "U")
      case .read, .export: ("read", "R")
      }
    return #""type":\#(coding("\(terminology)/audit-event-type", "rest", "RESTful Operation")),"#
      + #""subtype":[\#(coding(interactions, code, code))],"action":"\#(action)""#
  }

  private func agents(_ person: Person, _ host: Host) -> String {
    let human = Self.coding("\(Self.terminology)/extra-security-role-type", "humanuser", "human user")
    return
      #""agent":[{"type":{"coding":[\#(human)]},"who":{"identifier":{"system":"urn:\#(Person.realm)","value":"\#(person.account)"}},"#
      + #""altId":"\#(person.uid)","requestor":true,"#
      + #""role":[{"text":"\#(person.role.rawValue)"}],"network":{"address":"\#(host.address.text)","type":"2"}},"#
      + #"{"type":{"coding":[\#(Self.coding(Self.dicom, "110153", "Source Role ID"))]},"who":{"display":"\#(host.label)"},"#
      + #""requestor":false,"network":{"address":"\#(host.label)","type":"1"}}]"#
  }

  private static func entity(_ access: RecordAccess) -> String {
    guard let patient = access.patient else {
      // `Patient?name=…`: what was looked for is no part of the recording.
      return #"{"type":\#(coding("\(terminology)/audit-entity-type", "2", "System Object")),"#
        + #""role":\#(coding("\(terminology)/object-role", "24", "Query")),"query":"UGF0aWVudD9uYW1lPQ=="}"#
    }
    return #"{"what":{"reference":"Patient/\#(patient)"},"#
      + #""type":\#(coding("\(terminology)/audit-entity-type", "1", "Person")),"#
      + #""role":\#(coding("\(terminology)/object-role", "1", "Patient"))}"#
  }
}
