import CordonCore

/// A FHIR Reference: what it points to, as far as it tells one thing from another.
struct FHIRReference {
  /// Such as `Patient`; empty where nothing says it.
  var type = ""
  /// `Patient/12`, whatever server and version stand around it; empty for a reference inside the document.
  var local = ""
  /// The value of a business identifier.
  var identifier = ""
  /// Who gave the identifier out.
  var system = ""
  /// A name for people.
  var shown = ""

  init() {}

  /// Reads the object at the reader's place.
  init(_ reader: inout JSONReader) {
    var reference = FHIRReference()
    reader.members { reader, name in
      switch name {
      case "reference": reference.take(reference: reader.text() ?? "")
      case "type":
        if let type = reader.text() { reference.type = type }
      case "display": reference.shown = reader.text() ?? ""
      case "identifier": reference.readIdentifier(&reader)
      default: break
      }
    }
    self = reference
  }

  /// The patient that is meant. An identifier comes first, for it is the same on every server; authorities that are OIDs
  /// are written as HL7 v2 and DICOM write them, so that one patient has one name from every source.
  var patient: RawPatient? {
    guard type.isEmpty || type == "Patient" else { return nil }
    if !identifier.isEmpty { return RawPatient(id: identifier, authority: Self.authority(of: system)) }
    guard local.hasPrefix("Patient/") else { return nil }
    return RawPatient(id: String(local.dropFirst("Patient/".count)))
  }

  /// `urn:oid:1.2.3` is `1.2.3`; of a URL the slashes are written `%2F`, because a canonical name sets the authority off
  /// from the number by one.
  static func authority(of system: String) -> String {
    if system.hasPrefix("urn:oid:") { return String(system.dropFirst("urn:oid:".count)) }
    guard system.utf8.contains(where: { $0 == 0x2F || $0 == 0x25 }) else { return system }
    var written = ""
    for scalar in system.unicodeScalars {
      switch scalar {
      case "/": written += "%2F"
      case "%": written += "%25"
      default: written.unicodeScalars.append(scalar)
      }
    }
    return written
  }

  mutating func readIdentifier(_ reader: inout JSONReader) {
    var (value, system) = ("", "")
    reader.members { reader, name in
      switch name {
      case "value": value = reader.text() ?? ""
      case "system": system = reader.text() ?? ""
      default: break
      }
    }
    guard identifier.isEmpty else { return }
    identifier = value
    self.system = system
  }

  mutating func take(reference: String) {
    // Relative, absolute, and with a version: Patient/12, https://ehr/fhir/Patient/12, Patient/12/_history/3.
    var parts = reference.split(separator: "/", omittingEmptySubsequences: true)
    if parts.count >= 4, parts[parts.count - 2] == "_history" { parts.removeLast(2) }
    guard parts.count >= 2, let first = parts[parts.count - 2].utf8.first, (0x41...0x5A).contains(first) else { return }
    if type.isEmpty { type = String(parts[parts.count - 2]) }
    local = parts.suffix(2).joined(separator: "/")
  }
}
