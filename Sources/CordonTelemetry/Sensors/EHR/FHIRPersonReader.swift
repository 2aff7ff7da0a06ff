import CordonCore

/// Reads FHIR's Patient, Practitioner and Person, R4 and R5, for who is who and who lives with whom.
///
/// A person is the same where last and first name and the day of birth are, or where a Person links them; a household is
/// a last name at a postal code and a street. Case, spaces and punctuation do not count.
enum FHIRPersonReader {
  static let types: Set<String> = ["Patient", "Practitioner", "Person"]
  /// Names, addresses, identifiers or links of one person that are looked at.
  private static let limit = 8

  /// Nil for a resource that has nothing to compare.
  static func read(_ reader: inout JSONReader, type: String) -> CarePerson? {
    var resource = Resource()
    resource.read(&reader)
    var person = CarePerson(identities: resource.identities, households: resource.households)
    switch type {
    case "Patient":
      person.patients = resource.identifiers.compactMap(\.patient)
      if !resource.id.isEmpty { person.patients.append(RawPatient(id: resource.id)) }
    case "Practitioner":
      person.names = resource.identifiers.map(\.identifier)
      if !resource.id.isEmpty { person.names.append("Practitioner/\(resource.id)") }
    default:
      person.patients = resource.links.filter { $0.local.hasPrefix("Patient/") }.compactMap(\.patient)
      person.names = resource.links.filter { $0.local.hasPrefix("Practitioner/") }.map(\.local)
      if !resource.id.isEmpty { person.identities.append("person \(resource.id)") }
    }
    guard !person.patients.isEmpty || !person.names.isEmpty, !person.identities.isEmpty || !person.households.isEmpty
    else { return nil }
    return person
  }

  private struct Resource {
    var id = ""
    var identifiers: [FHIRReference] = []
    var links: [FHIRReference] = []
    private var birth = ""
    private var names: [(family: String, given: String)] = []
    private var places: [(code: String, street: String)] = []

    var identities: [String] {
      names.compactMap { PersonWords.identity($0.family, $0.given, born: birth) }
    }

    var households: [String] {
      names.flatMap { name in places.compactMap { PersonWords.household(name.family, $0.code, $0.street) } }
    }

    mutating func read(_ reader: inout JSONReader) {
      var resource = self
      reader.members { reader, name in
        switch name {
        case "id": resource.id = reader.text() ?? ""
        case "birthDate": resource.birth = reader.text() ?? ""
        case "name": reader.elements { resource.readName(&$0) }
        case "address": reader.elements { resource.readAddress(&$0) }
        case "identifier": reader.elements { resource.readIdentifier(&$0) }
        case "link": reader.elements { resource.readLink(&$0) }
        default: break
        }
      }
      self = resource
    }

    private mutating func readName(_ reader: inout JSONReader) {
      var (family, given) = ("", "")
      reader.members { reader, name in
        switch name {
        case "family": family = PersonWords.plain(reader.text() ?? "")
        case "given":
          // The first of several; whether the others are written down differs from register to register.
          reader.elements { reader in
            let text = PersonWords.plain(reader.text() ?? "")
            if given.isEmpty { given = text }
          }
        default: break
        }
      }
      if !family.isEmpty, names.count < limit { names.append((family, given)) }
    }

    private mutating func readAddress(_ reader: inout JSONReader) {
      var (street, code) = ("", "")
      reader.members { reader, name in
        switch name {
        case "line":
          reader.elements { reader in
            let text = PersonWords.plain(reader.text() ?? "")
            if street.isEmpty { street = text }
          }
        case "postalCode": code = PersonWords.plain(reader.text() ?? "")
        default: break
        }
      }
      if !street.isEmpty, !code.isEmpty, places.count < limit { places.append((code, street)) }
    }

    private mutating func readIdentifier(_ reader: inout JSONReader) {
      var reference = FHIRReference()
      reference.readIdentifier(&reader)
      if !reference.identifier.isEmpty, identifiers.count < limit { identifiers.append(reference) }
    }

    private mutating func readLink(_ reader: inout JSONReader) {
      var found: FHIRReference?
      reader.members { reader, name in
        if name == "target" || name == "other" { found = FHIRReference(&reader) }
      }
      if let found, links.count < limit { links.append(found) }
    }
  }
}
