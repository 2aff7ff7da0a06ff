import CordonCore

/// Reads a FHIR AuditEvent, R4 (4.0.1) or R5 (5.0.0), as IHE's BALP profiles and plain servers write it.
///
/// Both versions' fields are looked for in one pass: they share names where they share meaning, but for `outcome`, `type`
/// and `network`, which each tell by their shape.
enum FHIRTrailReader {
  /// Reads the object at the reader's place; what is damaged is told by the reader.
  static func read(_ reader: inout JSONReader) -> TrailEvent {
    var event = TrailEvent()
    var occurred: Timestamp?
    reader.members { reader, name in
      switch name {
      case "recorded": event.time = reader.text().flatMap(MomentText.read)
      case "occurredDateTime": occurred = reader.text().flatMap(MomentText.read)
      case "action": event.action = reader.text()?.utf8.first
      case "type", "subtype", "category", "code": readCodes(&reader) { event.add(code: $0) }
      case "purposeOfEvent", "authorization": readCodes(&reader) { event.add(purpose: $0) }
      case "outcome": readOutcome(&reader, into: &event)
      case "agent": reader.elements { readAgent(&$0, into: &event) }
      case "patient":
        if let patient = readPatient(&reader) { event.add(patient) }
      case "entity": reader.elements { readEntity(&$0, into: &event) }
      default: break
      }
    }
    event.time = occurred ?? event.time
    return event
  }

  /// Codes of a Coding, a CodeableConcept, or a list of either.
  private static func readCodes(_ reader: inout JSONReader, _ take: (String) -> Void) {
    reader.elements { reader in
      reader.members { reader, name in
        switch name {
        case "code":
          if let code = reader.text() { take(code) }
        case "coding":
          reader.elements { reader in
            reader.members { reader, name in
              if name == "code", let code = reader.text() { take(code) }
            }
          }
        default: break
        }
      }
    }
  }

  /// R4: a code as text. R5: an object with a Coding.
  private static func readOutcome(_ reader: inout JSONReader, into event: inout TrailEvent) {
    if reader.isAtText {
      if let code = reader.text() { event.take(outcome: code) }
      return
    }
    reader.members { reader, name in
      guard name == "code" else { return }
      readCodes(&reader) { event.take(outcome: $0) }
    }
  }

  private static func readAgent(_ reader: inout JSONReader, into event: inout TrailEvent) {
    var agent = TrailEvent.Agent()
    var who = FHIRReference()
    var (alternative, shown) = ("", "")
    reader.members { reader, name in
      switch name {
      case "who": who = FHIRReference(&reader)
      case "altId": alternative = reader.text() ?? ""
      case "name": shown = reader.text() ?? ""
      case "requestor": agent.isRequestor = reader.flag() ?? false
      case "type": readCodes(&reader) { if TrailCodes.programs.contains($0) { agent.isProgram = true } }
      case "purposeOfUse", "authorization": readCodes(&reader) { event.add(purpose: $0) }
      case "network":
        reader.members { reader, name in
          if name == "address" { agent.address = reader.text() ?? "" }
        }
      case "networkString", "networkUri": agent.address = reader.text() ?? ""
      default: break
      }
    }
    if ["Device", "Endpoint", "Organization"].contains(who.type) { agent.isProgram = true }
    // What a person types to log in is the best name of an account; a shown name is better than none.
    agent.account = [who.identifier, alternative, who.local, who.shown, shown].first { !$0.isEmpty } ?? ""
    agent.aliases = [who.local, who.identifier, alternative].filter { !$0.isEmpty }
    event.add(agent)
  }

  private static func readEntity(_ reader: inout JSONReader, into event: inout TrailEvent) {
    var what = FHIRReference()
    var isPatient = false
    reader.members { reader, name in
      switch name {
      case "what": what = FHIRReference(&reader)
      case "role", "type":
        readCodes(&reader) { code in
          if name == "role", code == "1" { isPatient = true }
          if name == "role", code == "24" { event.isQuery = true }
        }
      case "lifecycle": readCodes(&reader) { event.take(lifeCycle: $0) }
      case "query": event.isQuery = true
      default: break
      }
    }
    guard isPatient || what.type == "Patient", let patient = what.patient else { return }
    event.add(patient)
  }

  private static func readPatient(_ reader: inout JSONReader) -> RawPatient? { FHIRReference(&reader).patient }
}
