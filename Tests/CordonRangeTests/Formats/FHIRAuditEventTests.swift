import CordonCore
import CordonRange
import FoundationEssentials
import Testing

@Suite struct FHIRAuditEventTests {
  /// The parts of a FHIR R4 AuditEvent that its definition makes mandatory, and those that the agent will read.
  private struct Event: Decodable {
    struct Coding: Decodable { var system, code: String }
    struct Reference: Decodable { var reference: String? }
    struct Network: Decodable { var address, type: String }
    struct Identifier: Decodable { var system, value: String }
    struct Who: Decodable { var identifier: Identifier?, display: String? }
    struct Agent: Decodable { var requestor: Bool, who: Who, network: Network }
    struct Observer: Decodable { var display: String }
    struct Source: Decodable { var observer: Observer }
    struct Entity: Decodable { var what: Reference?, query: String? }
    var resourceType, id, action, recorded, outcome: String
    var type: Coding
    var subtype: [Coding]?
    var agent: [Agent]
    var source: Source
    var entity: [Entity]
  }

  private static func event(_ interaction: RecordAccess.Interaction, patient: Int?) throws -> Event {
    let hospital = try Hospital(HospitalSettings(seed: 5, attacks: []))
    var trail = FHIRAuditEvent(in: hospital)
    var text: [UInt8] = []
    let time = hospital.calendar.start.advanced(by: .milliseconds(3_723_004))
    trail.append(
      RecordAccess(time: time, person: 2, host: 1, interaction: interaction, patient: patient), to: &text)
    #expect(text.last == 0x0A)
    #expect(text.count { $0 == 0x0A } == 1)
    let event = try JSONDecoder().decode(Event.self, from: Data(text))
    #expect(event.resourceType == "AuditEvent")
    #expect(event.recorded == "2026-01-05T01:02:03.004Z")
    #expect(UniqueID(event.id) != nil)
    #expect(event.agent[0].requestor)
    #expect(event.agent[0].who.identifier?.value == hospital.staff[2].account)
    #expect(event.agent[0].network.address == hospital.hosts[1].address.text)
    #expect(event.agent[1].who.display == hospital.hosts[1].label)
    #expect(event.source.observer.display == "ehr")
    return event
  }

  static let cases: [(RecordAccess.Interaction, String, String, String?)] = [
    (.read, "rest", "R", "read"), (.update, "rest", "U", "update"), (.export, "110106", "R", nil),
  ]

  @Test(arguments: cases)
  func namesThePatient(
    _ interaction: RecordAccess.Interaction, _ type: String, _ action: String, _ subtype: String?
  ) throws {
    let event = try Self.event(interaction, patient: 400_123)
    #expect(event.type.code == type)
    #expect(event.action == action)
    #expect(event.subtype?.first?.code == subtype)
    #expect(event.entity.first?.what?.reference == "Patient/400123")
  }

  @Test func aSearchNamesNoPatient() throws {
    let event = try Self.event(.search, patient: nil)
    #expect(event.action == "E")
    #expect(event.subtype?.first?.code == "search-type")
    #expect(event.entity.first?.what == nil)
    #expect(event.entity.first?.query == "UGF0aWVudD9uYW1lPQ==")
  }
}
