import CordonCore

/// Reads an audit message of DICOM PS3.15 A.5 or of RFC 3881, its forerunner, which IHE's ATNA profile sends.
///
/// They differ in the names of coded attributes (`csd-code`, `code`) and in optional elements, not in shape.
enum ATNATrailReader {
  /// Reads the document; what is damaged is told by the reader. Nil where the root element is another.
  static func read(_ reader: inout XMLReader) -> TrailEvent? {
    guard case .start("AuditMessage") = reader.next() else { return nil }
    var event = TrailEvent()
    var depth = 1
    var section = ""
    while depth > 0 {
      switch reader.next() {
      case .start(let name):
        depth += 1
        if depth == 2 {
          section = name
          begin(section, reader, &event)
        } else if depth == 3 {
          readChild(name, of: section, reader, &event)
        }
      case .end: depth -= 1
      case .finished: return event
      }
    }
    // Nothing but white space and comments may follow.
    _ = reader.next()
    return event
  }

  private static func begin(_ section: String, _ reader: XMLReader, _ event: inout TrailEvent) {
    switch section {
    case "EventIdentification":
      event.time = reader.attribute("EventDateTime").flatMap(MomentText.read)
      event.action = reader.attribute("EventActionCode")?.utf8.first
      if let outcome = reader.attribute("EventOutcomeIndicator") { event.take(outcome: outcome) }
    case "ActiveParticipant": event.add(agent(reader))
    case "ParticipantObjectIdentification": takeObject(reader, &event)
    default: break
    }
  }

  private static func readChild(
    _ name: String, of section: String, _ reader: XMLReader, _ event: inout TrailEvent
  ) {
    guard let code = reader.attribute("csd-code") ?? reader.attribute("code") else { return }
    switch (section, name) {
    case ("EventIdentification", "EventID"), ("EventIdentification", "EventTypeCode"): event.add(code: code)
    case ("EventIdentification", "PurposeOfUse"): event.add(purpose: code)
    case ("ActiveParticipant", "RoleIDCode"):
      guard TrailCodes.programs.contains(code), !event.agents.isEmpty else { return }
      event.agents[event.agents.count - 1].isProgram = true
    default: break
    }
  }

  private static func agent(_ reader: XMLReader) -> TrailEvent.Agent {
    var agent = TrailEvent.Agent()
    let user = reader.attribute("UserID") ?? ""
    // A program's alternative is its process number, so it never names anybody.
    agent.account = account(of: reader.attribute("UserName") ?? "") ?? user
    agent.aliases = user.isEmpty ? [] : [user]
    let isRequestor = reader.attribute("UserIsRequestor")
    agent.isRequestor = isRequestor == "true" || isRequestor == "1"
    agent.address = reader.attribute("NetworkAccessPointID") ?? ""
    return agent
  }

  /// The user of IHE's XUA form, `alias<user@issuer>`; nil for any other name, which is for people.
  private static func account(of name: String) -> String? {
    guard name.hasSuffix(">"), let start = name.firstIndex(of: "<") else { return nil }
    let inner = name[name.index(after: start)...].dropLast()
    guard let at = inner.firstIndex(of: "@"), at > inner.startIndex else { return nil }
    return String(inner[..<at])
  }

  private static func takeObject(_ reader: XMLReader, _ event: inout TrailEvent) {
    if let cycle = reader.attribute("ParticipantObjectDataLifeCycle") { event.take(lifeCycle: cycle) }
    switch (reader.attribute("ParticipantObjectTypeCode"), reader.attribute("ParticipantObjectTypeCodeRole")) {
    case (_, "24"?): event.isQuery = true
    case ("1"?, "1"?), (nil, "1"?):
      if let patient = patient(of: reader.attribute("ParticipantObjectID") ?? "") { event.add(patient) }
    default: break
    }
  }

  /// A number, as it is or in HL7 v2's CX form `24^^^MPI&1.2.3&ISO^PI`: the authority's OID, else its name.
  static func patient(of text: String) -> RawPatient? {
    let parts = text.split(separator: "^", omittingEmptySubsequences: false)
    guard let id = parts.first, !id.isEmpty else { return nil }
    guard parts.count > 3 else { return RawPatient(id: String(id)) }
    let authority = parts[3].split(separator: "&", omittingEmptySubsequences: false)
    let named = authority.count > 1 && !authority[1].isEmpty ? authority[1] : authority.first ?? ""
    return RawPatient(id: String(id), authority: FHIRReference.authority(of: String(named)))
  }
}
