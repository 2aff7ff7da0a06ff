import CordonAgent
import CordonCore
import CordonTelemetry
import CordonTestSupport
import Glibc
import Testing

@Suite struct CaptureReplayTests {
  /// The seeds of the fuzz target for captures.
  private static let seeds: String = {
    let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
    return "/\(root)/Fuzz/CaptureFile/Corpus"
  }()

  private static let recorded: String = {
    let root = #filePath.split(separator: "/").dropLast(4).joined(separator: "/")
    let data = getenv("CORDON_DATA").map { String(cString: $0) } ?? "/\(root)/../shared/data"
    return "\(data)/ndpi-pcaps/tests/cfgs/default/pcap"
  }()

  @Test func `a capture becomes windows of its devices, and what is in clear a finding`() throws {
    let summary = try AuditReplay.run(file: "\(Self.seeds)/hl7.pcap")
    #expect(summary.records == 7)
    #expect(summary.malformed == 0 && summary.late == 0)
    #expect(summary.windows.map(\.schema) == ["device@wire", "device@wire"])
    let sender = try #require(summary.windows.first { $0.features["connections_opened"] == 1 })
    #expect(sender.features["hl7_messages"] == 1)
    #expect(sender.features["bytes_sent"] ?? 0 > 200)
    #expect(summary.detections.map(\.rule) == ["exposure-hl7"])
    #expect(summary.detections.first?.summary == "Two machines exchange HL7 messages in clear on port 2575.")
    #expect(!summary.text.contains("10.0.0"), "addresses leave as pseudonyms")
    #expect(!summary.text.contains("4711"))
  }

  @Test func `both formats of capture files are told from a log`() throws {
    let summary = try AuditReplay.run(file: "\(Self.seeds)/blocks.pcapng")
    #expect(summary.records == 2)
    #expect(summary.windows.contains { $0.features["names_asked"] == 2 || $0.features["names_asked"] == 1 })
  }

  @Test(.enabled(if: access(recorded, R_OK) == 0, "skipped: no captures at CORDON_DATA"))
  func `the recorded HL7 is flagged`() throws {
    let summary = try AuditReplay.run(file: "\(Self.recorded)/hl7.pcap")
    #expect(summary.detections.map(\.rule) == ["exposure-hl7"])
  }
}
