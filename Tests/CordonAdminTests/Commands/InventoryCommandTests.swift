import CordonCore
import CordonTestSupport
import CordonWire
import FoundationEssentials
import Synchronization
import Testing

@Suite struct InventoryCommandTests {
  static func finding(
    _ rule: String, server: UInt8, client: UInt8, port: Double, version: Double? = nil, hoursAgo: Int64
  ) -> Cordon_V1_StoredDetection {
    var stored = Samples.detection
    stored.detection.rule = rule
    stored.detection.eventMs = Samples.start.milliseconds - hoursAgo * 3_600_000
    stored.detection.entities = [(server, "target"), (client, "source")].map { byte, part in
      var sealed = Cordon_V1_SealedEntity()
      sealed.entity.kind = .address
      sealed.entity.keyEpoch = 1
      sealed.entity.pseudonym = Data(repeating: byte, count: 16)
      sealed.part = part
      return sealed
    }
    stored.detection.evidence = [("port", port), ("TLS version", version)].compactMap { what, value in
      guard let value else { return nil }
      var evidence = Cordon_V1_Evidence()
      evidence.what = what
      evidence.value = value
      return evidence
    }
    return stored
  }

  static let findings = [
    finding("exposure-hl7", server: 0xAA, client: 1, port: 6661, hoursAgo: 50),
    finding("exposure-hl7", server: 0xAA, client: 2, port: 6661, hoursAgo: 2),
    finding("exposure-tls", server: 0xBB, client: 1, port: 443, version: 1, hoursAgo: 1),
    finding("exposure-dicom", server: 0xCC, client: 3, port: 104, hoursAgo: 3),
    Samples.detection,
  ]

  @Test func `findings of one service are one line, and other detections none`() async throws {
    try await withTemporaryFolder { folder in
      let harness = CommandHarness(folder: folder)
      try await harness.found()
      #expect(await harness.run("inventory", "exposure").output == "Nothing exposed was seen.\n")
      harness.collector.state.withLock { $0.detections = Self.findings }
      let run = await harness.run("inventory", "exposure")
      #expect(run.code == 0, "\(run.errors)")
      let lines = run.output.split(separator: "\n")
      #expect(lines.count == 4, "\(run.output)")
      #expect(lines[1].hasPrefix("DICOM in clear  address-cccccccc"))
      #expect(
        lines[2].contains("HL7 in clear") && lines[2].contains("address-aaaaaaaa") && lines[2].contains("6661  2 "))
      #expect(lines[3].hasPrefix("TLS 1.0"))
      let json = await harness.run("inventory", "exposure", "--output", "json")
      #expect(json.output.contains(#""tls_version": 1.0"#))
      #expect(json.output.contains(#""clients": ["#) && !json.output.contains("encryption-burst"))
    }
  }
}
