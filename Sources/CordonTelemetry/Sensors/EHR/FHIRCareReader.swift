import CordonCore

/// Reads what explains accesses: FHIR's Appointment, Encounter, CareTeam, Practitioner and PractitionerRole, R4 and R5.
enum FHIRCareReader {
  static let types: Set<String> = ["Appointment", "Encounter", "CareTeam", "Practitioner", "PractitionerRole"]

  /// Reads the resource at the reader's place; no facts where it was cancelled, names nobody, or has no time.
  static func read(_ reader: inout JSONReader, type: String) -> [CareFact] {
    var resource = Resource()
    resource.read(&reader)
    switch type {
    case "Practitioner":
      guard !resource.id.isEmpty else { return [] }
      return resource.identifiers.map { .membership(of: $0, in: ["Practitioner/\(resource.id)"]) }
    case "PractitionerRole":
      guard !resource.practitioner.isEmpty else { return [] }
      let groups = resource.parties + (resource.id.isEmpty ? [] : ["PractitionerRole/\(resource.id)"])
      return groups.isEmpty ? [] : [.membership(of: resource.practitioner, in: groups)]
    default: return relations(of: resource, type: type)
    }
  }

  private static let void: Set<String> = [
    "cancelled", "entered-in-error", "noshow", "proposed", "discontinued", "suspended", "inactive",
  ]
  private static let underWay: Set<String> = ["arrived", "triaged", "in-progress", "onleave", "on-hold", "active"]

  private static func relations(of resource: Resource, type: String) -> [CareFact] {
    guard !void.contains(resource.status), !resource.parties.isEmpty else { return [] }
    let isOpen = type == "CareTeam" || underWay.contains(resource.status)
    // A stay that is over, and does not say when it was, explains nothing.
    guard resource.from != nil || resource.to != nil || isOpen else { return [] }
    let from = resource.from ?? .epoch
    let to = resource.to ?? (type == "Appointment" ? from : .distantFuture)
    guard from <= to else { return [] }
    return resource.patients.map {
      .relation(CareRelation(patient: $0, parties: resource.parties, from: from, to: to))
    }
  }

  /// The members of all five, told apart by their names alone.
  private struct Resource {
    static let patientLimit = 8

    var id = ""
    var status = ""
    var from: Timestamp?
    var to: Timestamp?
    var patients: [RawPatient] = []
    var parties: [String] = []
    var identifiers: [String] = []
    var practitioner = ""

    mutating func read(_ reader: inout JSONReader) {
      var resource = self
      reader.members { reader, name in resource.take(name, &reader) }
      self = resource
    }

    private mutating func take(_ name: String, _ reader: inout JSONReader) {
      switch name {
      case "id": id = reader.text() ?? ""
      case "status": status = reader.text() ?? ""
      case "start": from = reader.text().flatMap(MomentText.read)
      case "end": to = reader.text().flatMap(MomentText.read)
      case "period", "actualPeriod": readPeriod(&reader)
      case "subject": add(FHIRReference(&reader))
      case "practitioner": practitioner = FHIRReference(&reader).local
      case "organization": add(FHIRReference(&reader))
      case "identifier": readIdentifiers(&reader)
      case "participant", "location", "healthcareService": readParties(&reader)
      default: break
      }
    }

    private mutating func add(_ reference: FHIRReference) {
      if let patient = reference.patient {
        if patients.count < Self.patientLimit { patients.append(patient) }
      } else if !reference.local.isEmpty, parties.count < CareRelation.partyLimit {
        parties.append(reference.local)
      } else if !reference.identifier.isEmpty, parties.count < CareRelation.partyLimit {
        parties.append(reference.identifier)
      }
    }

    private mutating func readPeriod(_ reader: inout JSONReader) {
      var (from, to) = (self.from, self.to)
      reader.members { reader, name in
        switch name {
        case "start": from = reader.text().flatMap(MomentText.read)
        case "end": to = reader.text().flatMap(MomentText.read)
        default: break
        }
      }
      (self.from, self.to) = (from, to)
    }

    /// A list of references, or of objects that hold one as `individual`, `actor`, `member` or `location`.
    private mutating func readParties(_ reader: inout JSONReader) {
      var found: [FHIRReference] = []
      reader.elements { reader in
        var own = FHIRReference()
        reader.members { reader, name in
          switch name {
          case "individual", "actor", "member", "location": found.append(FHIRReference(&reader))
          case "reference": own.take(reference: reader.text() ?? "")
          case "identifier": own.readIdentifier(&reader)
          default: break
          }
        }
        if !own.local.isEmpty || !own.identifier.isEmpty { found.append(own) }
      }
      for reference in found { add(reference) }
    }

    private mutating func readIdentifiers(_ reader: inout JSONReader) {
      var found: [String] = []
      reader.elements { reader in
        var reference = FHIRReference()
        reference.readIdentifier(&reader)
        if !reference.identifier.isEmpty { found.append(reference.identifier) }
      }
      identifiers += found.prefix(Self.patientLimit)
    }
  }
}
