import CordonCore
import CordonTelemetry
import CordonTestSupport
import Testing

@Suite struct ExposureFindingTests {
  static func hit(_ event: WireEvent, to server: String = "10.0.0.9", port: UInt16 = 6661) throws -> TripwireHit? {
    let exchange = WireExchange(
      client: try #require(IPAddress("10.0.0.5")), server: try #require(IPAddress(server)), port: port, sender: .client,
      event: event)
    return ExposureFinding.hit(exchange, at: FakeClock.start)
  }

  static let message = WireEvent.hl7(.message(HL7Message(type: "ADT", trigger: "A01", bytes: 1)))

  @Test func `HL7 and DICOM in clear are findings about their server and port`() throws {
    let hit = try #require(try Self.hit(Self.message))
    #expect(hit.rule.name == "exposure-hl7" && hit.rule.severity == .low && !hit.rule.mayReflex)
    #expect(hit.identity == "10.0.0.9:6661")
    #expect(hit.parties.map(\.part) == [.target, .source])
    #expect(hit.evidence.first?.value == 6661)
    #expect(try Self.hit(.dicom(.accepted(contexts: 1, refused: 0)))?.rule == .clearDICOM)
  }

  @Test func `TLS is a finding below 1_2, once it was agreed on`() throws {
    for (chosen, isFinding) in [(0x0301, true), (0x0302, true), (0x0300, true), (0x0303, false), (0x0304, false)] {
      let hit = try Self.hit(.tls(TLSHandshake(offered: 0x0303, chosen: UInt16(chosen))))
      #expect((hit?.rule == .weakTLS) == isFinding)
    }
    #expect(try Self.hit(.tls(TLSHandshake(offered: 0x0301))) == nil)
  }

  @Test(arguments: [(0, "without TLS"), (1, "no network level"), (2, ""), (8, "")])
  func `a desktop is a finding where anybody is let look`(chosen: UInt32, words: String) throws {
    let handshake = RDPHandshake(requested: .tls, chosen: RDPHandshake.Protection(rawValue: chosen))
    let hit = try Self.hit(.rdp(handshake), port: 3389)
    #expect((hit?.rule == .weakRDP) == !words.isEmpty)
    #expect(hit?.predicate.contains(words) ?? words.isEmpty)
    #expect(try Self.hit(.rdp(RDPHandshake(requested: []))) == nil, "nothing was agreed on")
  }

  @Test func `what stays on the machine, or carries no patient, is none`() throws {
    #expect(try Self.hit(Self.message, to: "127.0.0.1") == nil)
    #expect(try Self.hit(.hl7(.acknowledgement(.accepted))) == nil)
    #expect(try Self.hit(.dicom(.requested(calling: "A", called: "B"))) == nil)
    #expect(try Self.hit(.flow(FlowPart(transport: 6, start: .epoch))) == nil)
  }
}
