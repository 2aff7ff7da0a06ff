import CordonCore
import CordonTelemetry
import Testing

/// A connection's bytes through the whole parser, by way of the reader for TLS.
@Suite struct ConnectionStreamTests {
  static let hello = WireSamples.clientHello(versions: [0x0304, 0x0303], name: "pacs.example")
  static let answer = WireSamples.serverHello(version: 0x0304)

  static func handshakes(_ packets: [[UInt8]]) -> [TLSHandshake] {
    WireSamples.exchanges(packets).found.compactMap {
      if case .tls(let handshake) = $0.event { handshake } else { nil }
    }
  }

  static let whole = TLSHandshake(offered: 0x0304, chosen: 0x0304, serverName: Array("pacs.example".utf8))

  @Test func `an application is recognised by its first bytes, whatever the port`() {
    #expect(
      Self.handshakes(WireSamples.connection(port: 6661, asks: [Self.hello], answers: [Self.answer])) == [Self.whole])
    #expect(Self.handshakes(WireSamples.connection(port: 443, asks: [Array("GET /".utf8)], answers: [])).isEmpty)
  }

  @Test func `bytes one by one are the same as in one piece`() {
    let packets = WireSamples.connection(port: 443, asks: Self.hello.map { [$0] }).dropLast(3)
    var answered = Array(packets)
    let client = UInt32(1001 + Self.hello.count)
    answered.append(
      WireSamples.tcp(
        from: WireSamples.server, to: WireSamples.client, ports: (443, 40_000), sequence: 9001, acknowledges: client,
        flags: .acknowledges, Self.answer))
    #expect(Self.handshakes(answered) == [Self.whole])
  }

  @Test func `segments in the wrong order are put right`() {
    var packets = WireSamples.connection(
      port: 443, asks: [Array(Self.hello[..<30]), Array(Self.hello[30...])], answers: [[], Self.answer])
    packets.swapAt(3, 5)
    #expect(Self.handshakes(packets) == [Self.whole])
  }

  @Test func `a handshake that ends early is told as far as it came`() {
    #expect(
      Self.handshakes(WireSamples.connection(port: 443, asks: [Self.hello]))
        == [TLSHandshake(offered: 0x0304, serverName: Array("pacs.example".utf8))])
  }
}
