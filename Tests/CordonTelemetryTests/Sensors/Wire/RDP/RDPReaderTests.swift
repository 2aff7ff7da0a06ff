import CordonCore
import CordonTelemetry
import CordonTestSupport
import Testing

@Suite struct RDPReaderTests {
  static func packet(_ code: UInt8, _ rest: [UInt8]) -> [UInt8] {
    [3, 0] + WireSamples.number16(UInt16(11 + rest.count)) + [UInt8(6 + rest.count), code, 0, 0, 0, 0, 0] + rest
  }

  static func negotiation(_ type: UInt8, _ number: UInt8) -> [UInt8] { [type, 0, 8, 0, number, 0, 0, 0] }

  static let cookie = Array("Cookie: mstshash=plantedann\r\n".utf8)
  static let request = packet(0xE0, cookie + negotiation(1, 0x0B))

  static func read(_ client: [UInt8], _ server: [UInt8], seed: UInt64? = nil) -> [RDPHandshake] {
    WireFeeding.read(
      [.client(client), .server(server)], with: RDPReader(), cutting: seed.map { SeededRandomness(seed: $0) }
    ).compactMap { if case .rdp(let handshake) = $0.event { handshake } else { nil } }
  }

  static let choices: [(server: [UInt8], isUnprotected: Bool, letsStrangersIn: Bool)] = [
    (negotiation(2, 0), true, true), ([], true, true), (negotiation(2, 1), false, true),
    (negotiation(2, 2), false, false), (negotiation(2, 8), false, false), (negotiation(2, 16), false, false),
  ]

  @Test(arguments: choices.indices) func `what was chosen is read`(index: Int) throws {
    let (server, isUnprotected, letsStrangersIn) = Self.choices[index]
    for seed in [nil, 1, 2, 3] as [UInt64?] {
      let handshake = try #require(Self.read(Self.request, Self.packet(0xD0, server), seed: seed).first)
      #expect(handshake.requested.rawValue == 0x0B)
      #expect(handshake.isUnprotected == isUnprotected && handshake.letsStrangersIn == letsStrangersIn)
    }
  }

  @Test func `a client that asks for nothing is answered by the first protection`() throws {
    for client in [Self.packet(0xE0, []), Self.packet(0xE0, Self.cookie)] {
      #expect(try #require(Self.read(client, Self.packet(0xD0, [])).first).isUnprotected)
    }
  }

  @Test func `a server that refuses has agreed on nothing`() {
    #expect(Self.read(Self.request, Self.packet(0xD0, Self.negotiation(3, 5))).isEmpty)
    #expect(Self.read(Self.request, []).isEmpty)
  }

  @Test func `the name in the cookie is nowhere`() throws {
    let handshake = try #require(Self.read(Self.request, Self.packet(0xD0, Self.negotiation(2, 1))).first)
    #expect(!"\(handshake)".contains("planted"))
  }

  @Test func `damage is survived, and nothing is told twice`() {
    let server = Self.packet(0xD0, Self.negotiation(2, 1))
    for index in Self.request.indices {
      for value in [0, 1, 0x7F, 0xFF] as [UInt8] {
        var damaged = Self.request
        damaged[index] = value
        #expect(Self.read(damaged, server).count <= 1)
        #expect(Self.read(Array(damaged[..<index]), server).count <= 1)
      }
    }
    for index in server.indices {
      var damaged = server
      damaged[index] ^= 0xFF
      #expect(Self.read(Self.request, damaged).count <= 1)
    }
  }

  @Test func `it is known by its first message, on any port`() {
    #expect(RDPReader.recognise(Self.request[...], port: 13_389) == .yes)
    #expect(RDPReader.recognise(Self.request[..<10], port: 3389) == .undecided)
    #expect(RDPReader.recognise(Self.packet(0xF0, [])[...], port: 3389) == .no)
    #expect(RDPReader.recognise(([3, 0, 0, 9] + Self.request[4...])[...], port: 3389) == .no)
  }

  @Test func `a connection's agreement becomes an exchange`() {
    let packets = WireSamples.connection(
      port: 3389, asks: [Self.request], answers: [Self.packet(0xD0, Self.negotiation(2, 1))])
    #expect(WireSamples.exchanges(packets).found.contains { if case .rdp = $0.event { true } else { false } })
  }
}
