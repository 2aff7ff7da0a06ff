import CordonCore
import CordonTelemetry
import Testing

@Suite struct TrailStreamsTests {
  static let (ehr, flooder) = (IPAddress("192.0.2.1")!, IPAddress("192.0.2.2")!)
  static let record = Array("<85>1 - host - - - - {}".utf8)

  static func framed(_ count: Int) -> [UInt8] {
    Array(repeatElement(Array("\(record.count) ".utf8) + record, count: count).joined())
  }

  @Test func `records are cut from each stream by itself`() {
    var streams = TrailStreams()
    _ = streams.take(.opened(1, from: Self.ehr), at: .zero)
    _ = streams.take(.opened(2, from: Self.ehr), at: .zero)
    let bytes = Self.framed(1)
    #expect(streams.take(.bytes(Array(bytes[..<9]), of: 1), at: .zero) == .init())
    #expect(streams.take(.bytes(Self.record + [0x0A], of: 2), at: .zero) == .init(records: [Self.record]))
    #expect(streams.take(.bytes(Array(bytes[9...]), of: 1), at: .zero) == .init(records: [Self.record]))
    _ = streams.take(.closed(1), at: .zero)
    #expect(streams.take(.bytes(bytes, of: 1), at: .zero) == .init(reception: .end))
    #expect(streams.connectionCount == 1)
  }

  @Test func `what is no syslog ends the connection, and counts`() {
    var streams = TrailStreams()
    _ = streams.take(.opened(1, from: Self.ehr), at: .zero)
    #expect(streams.take(.bytes(Array("GET / HTTP/1.1".utf8), of: 1), at: .zero) == .init(dropped: 1, reception: .end))
  }

  @Test func `one address cannot take all connections`() {
    var streams = TrailStreams()
    let most = UInt64(TrailStreams.peerConnectionLimit)
    for number in 0..<most { #expect(streams.take(.opened(number, from: Self.flooder), at: .zero) == .init()) }
    #expect(streams.take(.opened(most, from: Self.flooder), at: .zero) == .init(dropped: 1, reception: .end))
    #expect(streams.take(.opened(most + 1, from: Self.ehr), at: .zero) == .init())
    for number in 0..<UInt64(TrailStreams.connectionLimit) {
      let address = IPAddress(bytes: [10, 0, UInt8(number >> 8), UInt8(number & 0xFF)])!
      _ = streams.take(.opened(1000 + number, from: address), at: .zero)
    }
    #expect(streams.connectionCount == TrailStreams.connectionLimit)
  }

  @Test func `a flood of datagrams is dropped beyond its sender's share, and nobody else's are`() {
    var streams = TrailStreams()
    var taken = 0
    for _ in 0..<(2 * Int(TrailStreams.burst)) {
      taken += streams.take(.datagram(Self.record, from: Self.flooder), at: .zero).records.count
    }
    #expect(taken == Int(TrailStreams.burst))
    #expect(streams.take(.datagram(Self.record, from: Self.flooder), at: .zero) == .init(dropped: 1))
    #expect(streams.take(.datagram(Self.record, from: Self.ehr), at: .zero) == .init(records: [Self.record]))
    #expect(streams.take(.datagram(Self.record, from: Self.flooder), at: .seconds(1)).records.count == 1)
  }

  @Test func `a flooding stream has to wait, and loses nothing`() {
    var streams = TrailStreams()
    _ = streams.take(.opened(1, from: Self.flooder), at: .zero)
    let taken = streams.take(.bytes(Self.framed(Int(TrailStreams.burst) + 4_000), of: 1), at: .zero)
    #expect(taken.records.count == Int(TrailStreams.burst) + 4_000)
    #expect(taken.reception == .rest(.milliseconds(1001)))
    #expect(streams.take(.bytes(Self.framed(1), of: 1), at: .milliseconds(1001)).reception == .goOn)
  }

  @Test func `a document is cut into its records, and one that holds none is refused`() {
    var streams = TrailStreams()
    _ = streams.take(.opened(1, from: Self.ehr), at: .zero)
    let pretty = Array("{\n \"a\": 1\n}".utf8)
    #expect(streams.take(.document(pretty, of: 1), at: .zero) == .init(records: [pretty]))
    #expect(streams.take(.document(Array("{}\n{}\n".utf8), of: 1), at: .zero).records.count == 2)
    #expect(streams.take(.document([], of: 1), at: .zero) == .init(reception: .end))
    #expect(streams.take(.document(Array("{\n".utf8), of: 1), at: .zero) == .init(dropped: 1, reception: .end))
    #expect(streams.take(.document(pretty, of: 2), at: .zero) == .init(reception: .end))
    let many = Array(String(repeating: "{}\n", count: Int(TrailStreams.burst) / 2 + 2_000).utf8)
    for _ in 0..<2 { #expect(streams.take(.document(many, of: 1), at: .zero).reception == .goOn) }
    let full = streams.take(.document(pretty, of: 1), at: .zero)
    #expect(full.records.isEmpty && full.dropped == 0)
    guard case .rest = full.reception else { Issue.record("\(full.reception)"); return }
    #expect(streams.take(.document(pretty, of: 1), at: .seconds(2)).reception == .goOn)
  }

  @Test(arguments: [0, 1]) func `a document of too many records is refused before it is cut`(more: Int) {
    var streams = TrailStreams()
    _ = streams.take(.opened(1, from: Self.ehr), at: .zero)
    let text = String(repeating: "{}\n", count: TrailStreams.documentLimit + more)
    let taken = streams.take(.document(Array(text.utf8), of: 1), at: .zero)
    #expect(taken.records.count == (more == 0 ? TrailStreams.documentLimit : 0))
    #expect(taken.reception == (more == 0 ? .goOn : .end) && taken.dropped == UInt64(more))
  }

  @Test func `handshakes that failed are counted`() {
    var streams = TrailStreams()
    #expect(streams.take(.refused, at: .zero) == .init(dropped: 1, reception: .end))
  }
}
