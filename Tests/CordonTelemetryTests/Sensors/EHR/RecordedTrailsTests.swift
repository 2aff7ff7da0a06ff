import CordonCore
import CordonTelemetry
import Glibc
import Testing

/// Audit events and messages that others published (HL7, IPF), where the machine has them.
@Suite struct RecordedTrailsTests {
  static let folder: String = {
    if let named = getenv("CORDON_DATA") { return String(cString: named) }
    let root = #filePath.split(separator: "/").dropLast(5).joined(separator: "/")
    return "/\(root)/../shared/data"
  }()
  static let fhir = "\(folder)/fhir-auditevent/hl7.fhir.r4.examples/4.0.1/package"
  static let atna = "\(folder)/atna/ipf/commons/audit/src/test/resources/audit"
  static let care = "\(folder)/fhir-r4-examples"
  static let isThere = access(fhir, R_OK) == 0
  static let isRequired = getenv("CORDON_REQUIRE_DATA") != nil
  static let why: Comment = "skipped: no recordings at CORDON_DATA (\(folder))"

  static func parse(_ folder: String, _ prefix: String) throws -> (found: [String: [Observation]], malformed: [String])
  {
    var found: [String: [Observation]] = [:]
    var malformed: [String] = []
    for name in CanaryPlanterTests.names(in: folder) where name.hasPrefix(prefix) {
      let bytes = try #require(try SmallFile.read("\(folder)/\(name)", most: 1 << 20))
      var parser = EHRParser()
      var observations: [Observation] = []
      let batch = EHRSensor.records(inReplay: bytes)
      #expect(batch.dropped == 0)
      #expect(batch.records.count == 1, "\(name)")
      for record in batch.records { parser.parse(record, arrived: .epoch, into: &observations) }
      if parser.counters.malformed > 0 { malformed.append(name) }
      found[name] = observations
    }
    return (found, malformed)
  }

  static func told(_ observations: [Observation]?) -> EHRAccess? {
    guard case .access(let access)? = observations?.first?.object else { return nil }
    return access
  }

  @Test(.enabled(if: isThere || isRequired, why)) func `HL7's own examples are read`() throws {
    let (found, malformed) = try Self.parse(Self.fhir, "AuditEvent-")
    #expect(malformed.isEmpty)
    #expect(Self.told(found["AuditEvent-example-login.json"])?.act == .logOn)
    #expect(Self.told(found["AuditEvent-example-media.json"])?.act == .export)
    #expect(Self.told(found["AuditEvent-example-pixQuery.json"])?.act == .search)
    #expect(Self.told(found["AuditEvent-example-disclosure.json"])?.patients.first == RawPatient(id: "example"))
    #expect(found["AuditEvent-example-error.json"]?.first?.outcome == .failure)
  }

  @Test(.enabled(if: isThere || isRequired, why)) func `IPF's audit messages are read`() throws {
    let (found, malformed) = try Self.parse(Self.atna, "")
    #expect(malformed.isEmpty)
    #expect(found.count == 11)
    #expect(found["start.xml"] == [])
    #expect(Self.told(found["pdq.xml"])?.act == .search)
    #expect(Self.told(found["pdq.xml"])?.patients.count == 4)
  }

  @Test(.enabled(if: isThere || isRequired, why)) func `FHIR's examples of care are read`() throws {
    for type in ["Appointment", "Encounter", "Practitioner"] {
      let (found, malformed) = try Self.parse(Self.care, "\(type)-")
      #expect(malformed.isEmpty, "\(type)")
      #expect(found.values.contains { !$0.isEmpty }, "\(type)")
    }
  }
}
