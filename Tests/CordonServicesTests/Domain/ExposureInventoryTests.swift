import CordonCollector
import CordonCore
import CordonTelemetry
import CordonTestSupport
import Crypto
import Testing

/// HL7 in clear, from captured packets over an agent's finding to what the collector keeps for the inventory.
@Suite struct ExposureInventoryTests {
  private static let capture: String = {
    let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
    return "/\(root)/Fuzz/CaptureFile/Corpus/hl7.pcap"
  }()

  /// The detections that an agent sends of a capture.
  static func detections(of capture: String) throws -> [Detection] {
    let bytes = try #require(try SmallFile.read(capture, most: 1 << 20))
    var (parser, found) = (WireParser(), [Observation]())
    for record in WireSensor.records(inReplay: bytes).records {
      parser.parse(record, arrived: FakeClock.start, into: &found)
    }
    parser.finish(into: &found)
    let key = try #require(EpochKey(epoch: 1, bytes: [UInt8](1...32)))
    var pseudonymiser = Pseudonymiser(
      keys: PseudonymKeys(staff: KeyRing(current: key), path: SymmetricKey(size: .bits256)))
    var (lane, randomness) = (TripwireLane(), SeededRandomness(seed: 1))
    return found.compactMap { observation in
      guard case .exchange(let exchange) = observation.object,
        let hit = ExposureFinding.hit(exchange, at: observation.time),
        case .raise(let folded) = lane.judge(hit, cap: 50, now: FakeClock.start)
      else { return nil }
      return DetectionMaker.make(
        hit, folded: folded, id: UniqueID(at: FakeClock.start, randomness: &randomness), raisedAt: FakeClock.start,
        context: DetectionContext(host: "gateway", bootID: "boot"), executable: "", actor: nil, peers: [],
        pseudonymiser: &pseudonymiser)
    }
  }

  @Test func `what was captured in clear is kept, with its server and port`() async throws {
    let detections = try Self.detections(of: Self.capture)
    #expect(detections.count == 1, "messages of one service are one finding")
    try await TestCollector.with { collector in
      let machine = try await collector.enrol("gateway")
      try await collector.bring(detections.map { .detection($0) }, of: machine, lane: .detection)
      let kept = try await collector.domain.casebook.detections(since: .epoch, most: 10).map(\.stored.detection)
      #expect(kept.map(\.rule) == ["exposure-hl7"])
      let server = try #require(kept.first?.entities.first { $0.part == .target })
      #expect(server.entity.kind == .address && server.entity.pseudonym.count == 16 && !server.sealedName.isEmpty)
      #expect(kept.first?.evidence.first?.value == 2575)
    }
  }
}
