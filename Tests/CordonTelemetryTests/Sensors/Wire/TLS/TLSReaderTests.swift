import CordonCore
import CordonTelemetry
import CordonTestSupport
import Testing

@Suite struct TLSReaderTests {
  static func read(client: [UInt8], server: [UInt8] = [], cut: Int = .max) -> [TLSHandshake] {
    var reader = TLSReader()
    var events: [StreamEvent] = []
    for (side, bytes) in [(WireSide.client, client), (.server, server)] {
      for start in stride(from: 0, to: bytes.count, by: cut == .max ? max(bytes.count, 1) : cut) {
        let end = cut == .max ? bytes.count : min(start + cut, bytes.count)
        reader.take(bytes[start..<end], from: side, at: FakeClock.start, into: &events)
      }
    }
    reader.finish(at: FakeClock.start, into: &events)
    return events.compactMap { if case .tls(let handshake) = $0.event { handshake } else { nil } }
  }

  static let versions: [(UInt16, [UInt16], UInt16?, isWeak: Bool)] = [
    (0x0303, [0x0304, 0x0303], 0x0304, false), (0x0303, [], nil, false), (0x0302, [], nil, true),
    (0x0301, [], nil, true), (0x0300, [], nil, true), (0x0303, [0x0A0A, 0x0302], nil, true),
  ]

  @Test(arguments: versions.indices) func `versions are read where they really stand`(index: Int) {
    let (legacy, offered, chosen, isWeak) = Self.versions[index]
    let found = Self.read(
      client: WireSamples.clientHello(legacy: legacy, versions: offered),
      server: WireSamples.serverHello(legacy: legacy, version: chosen))
    #expect(found.first?.offered == offered.filter { $0 >> 8 == 3 }.max() ?? legacy)
    #expect(found.first?.chosen == chosen ?? legacy)
    #expect(index == 5 || found.first?.isWeak == isWeak)
  }

  @Test(arguments: [1, 2, 3, 5, 7, 50]) func `any cutting gives the same`(cut: Int) {
    let (client, server) = (WireSamples.clientHello(name: "PACS.example"), WireSamples.serverHello())
    let found = Self.read(client: client, server: server, cut: cut)
    #expect(found == [TLSHandshake(offered: 0x0303, chosen: 0x0303, serverName: Array("pacs.example".utf8))])
  }

  @Test func `a hello in several records is put together`() {
    let hello = WireSamples.clientHello(name: "pacs.example")
    let (head, message) = (hello[..<3], Array(hello[5...]))
    let pieces = [message[..<10], message[10..<20], message[20...]]
    let cut = pieces.flatMap { Array(head) + WireSamples.number16(UInt16($0.count)) + $0 }
    #expect(Self.read(client: cut) == Self.read(client: hello))
  }

  @Test func `a server's hello alone still tells what was chosen`() {
    #expect(Self.read(client: [], server: WireSamples.serverHello(legacy: 0x0301)).first?.isWeak == true)
  }

  @Test func `every damage of a hello is survived, and nothing is told twice`() {
    let hello = WireSamples.clientHello(versions: [0x0304], name: "pacs.example")
    for index in hello.indices {
      for value in [0, 1, 0x7F, 0xFF] as [UInt8] {
        var damaged = hello
        damaged[index] = value
        #expect(Self.read(client: damaged, server: WireSamples.serverHello()).count <= 1)
      }
      #expect(Self.read(client: Array(hello[..<index])).isEmpty)
    }
  }

  @Test func `other protocols are not taken for it`() {
    for text in ["GET / HTTP/1.1", "SSH-2.0-x", "\u{0B}MSH|^~\\&|"] {
      #expect(TLSReader.recognise(Array(text.utf8)[...], port: 443) == .no)
    }
    #expect(TLSReader.recognise(WireSamples.clientHello()[...3], port: 1) == .undecided)
    #expect(TLSReader.recognise(WireSamples.clientHello()[...], port: 1) == .yes)
  }
}
