import CordonCore
import CordonTelemetry
import Glibc
import Testing

/// Captures that nDPI's authors published, where the machine has them.
@Suite struct RecordedCapturesTests {
  static let folder = "\(RecordedTrailsTests.folder)/ndpi-pcaps/tests/cfgs/default/pcap"
  static let isThere = access(folder, R_OK) == 0
  static let why: Comment = "skipped: no captures at CORDON_DATA (\(folder))"

  static func parse(_ name: String) throws -> (found: [WireExchange], parser: WireParser, dropped: UInt64) {
    let bytes = try #require(try SmallFile.read("\(folder)/\(name)", most: 16 << 20))
    let batch = WireSensor.records(inReplay: bytes)
    var parser = WireParser()
    var observations: [Observation] = []
    for record in batch.records { parser.parse(record, arrived: .epoch, into: &observations) }
    parser.finish(into: &observations)
    let found = observations.compactMap { if case .exchange(let exchange) = $0.object { exchange } else { nil } }
    return (found, parser, batch.dropped)
  }

  @Test(.enabled(if: isThere || RecordedTrailsTests.isRequired, why)) func `nearly every frame is understood`() throws {
    var (total, dropped) = (WireCounters(), UInt64(0))
    var kinds: [String: Int] = [:]
    let names = CanaryPlanterTests.names(in: Self.folder)
    for name in names {
      let (found, parser, lost) = try Self.parse(name)
      total.frames += parser.wire.frames
      total.malformed += parser.wire.malformed
      total.fragments += parser.wire.fragments
      total.foreign += parser.wire.foreign
      dropped += lost
      for exchange in found { kinds[Self.kind(exchange.event), default: 0] += 1 }
      #expect(parser.assembly.held == 0)
    }
    print(
      "captures: \(names.count) files, \(total.frames) frames; not read: \(total.foreign) without IP, "
        + "\(total.fragments) parts of packets, \(total.malformed) malformed, \(dropped) of other links; told: "
        + kinds.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", "))
    #expect(total.frames > 7000)
    #expect(total.malformed * 1000 < total.frames)
  }

  @Test(.enabled(if: isThere || RecordedTrailsTests.isRequired, why))
  func `recorded questions and scans are what they are`()
    throws
  {
    let questions = try Self.parse("dns_exfiltration.pcap").found.filter { Self.kind($0.event) == "names" }
    #expect(questions.count == 300)
    let refused = WireSamples.flows(try Self.parse("tcp_scan.pcapng").found).filter { $0.outcome == .refused }
    #expect(refused.count >= 2)
    let weak = try Self.parse("tor.pcap").found.filter {
      if case .tls(let found) = $0.event { found.isWeak } else { false }
    }
    #expect(!weak.isEmpty)
  }

  private static func kind(_ event: WireEvent) -> String {
    switch event {
    case .flow: "flows"
    case .dns: "names"
    case .tls: "handshakes"
    case .rdp: "desktops"
    case .hl7: "of HL7"
    case .dicom: "of DICOM"
    }
  }
}
