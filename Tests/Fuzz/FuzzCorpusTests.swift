import CordonCore
import CordonTelemetry
import CordonTestSupport
import Foundation
import Testing

/// Every fuzz target over its corpus, with the seeds mutated, every day; Scripts/fuzz does it for longer and guided.
///
/// A target that finds something wrong traps, and the whole run ends with its name as the last that started.
@Suite(.serialized) struct FuzzCorpusTests {
  typealias Target = @Sendable (UnsafePointer<UInt8>, Int) -> Int32

  /// A target's folder, what it calls, and how often each seed is mutated: less where an input takes milliseconds.
  static let targets: [String: (call: Target, rounds: Int)] = [
    "SDKReport": (fuzzSDKReport, 300), "ShortStream": (fuzzShortStream, 300), "DataLine": (fuzzDataLine, 300),
    "AgentMessage": (fuzzAgentMessage, 300), "AuditLine": (fuzzAuditLine, 300),
    "AuditMessage": (fuzzAuditMessage, 300), "AuthLine": (fuzzAuthLine, 100),
    "BehaviourState": (fuzzBehaviourState, 300), "CaptureFile": (fuzzCaptureFile, 100),
    "DateText": (fuzzDateText, 300), "DICOMStream": (fuzzDICOMStream, 300), "DistinctSketch": (fuzzDistinctSketch, 100),
    "EnrolmentToken": (fuzzEnrolmentToken, 300), "EnvelopeBytes": (fuzzEnvelopeBytes, 100),
    "EnvelopePayload": (fuzzEnvelopePayload, 100), "EventMapping": (fuzzEventMapping, 100),
    "FanotifyEvent": (fuzzFanotifyEvent, 300), "FileRecord": (fuzzFileRecord, 300),
    "HL7Stream": (fuzzHL7Stream, 300), "InotifyEvent": (fuzzInotifyEvent, 300), "JournalFile": (fuzzJournalFile, 300),
    "LabArchive": (fuzzLabArchive, 100),
    "LabCSV": (fuzzLabCSV, 300),
    "LedgerExport": (fuzzLedgerExport, 100), "MachineRecord": (fuzzMachineRecord, 300),
    "ModelBundle": (fuzzModelBundle, 30), "NameList": (fuzzNameList, 100),
    "ONNXModel": (fuzzONNXModel, 30), "PackageList": (fuzzPackageList, 100), "PolicyText": (fuzzPolicyText, 100),
    "SeamMessage": (fuzzSeamMessage, 300),
    "SigmaRule": (fuzzSigmaRule, 50),
    "SpoolFile": (fuzzSpoolFile, 100), "StoreFile": (fuzzStoreFile, 50), "TrailFile": (fuzzTrailFile, 100),
    "FrameRecord": (fuzzFrameRecord, 200), "StreamSegments": (fuzzStreamSegments, 300),
    "TrailRecord": (fuzzTrailRecord, 100), "TrailStream": (fuzzTrailStream, 300),
    "EVERecord": (fuzzEVERecord, 300), "MappedRecord": (fuzzMappedRecord, 300),
    "WindowsRecord": (fuzzWindowsRecord, 300), "ZeekRecord": (fuzzZeekRecord, 300),
  ]

  private static let folder = URL(filePath: #filePath).deletingLastPathComponent()

  private static func corpus(_ target: String) throws -> [[UInt8]] {
    let files = try FileManager.default.contentsOfDirectory(
      at: folder.appending(path: "\(target)/Corpus"), includingPropertiesForKeys: nil)
    return try files.sorted { $0.path < $1.path }.map { [UInt8](try Data(contentsOf: $0)) }
  }

  private static func mutate(_ seed: [UInt8], _ others: [[UInt8]], _ randomness: inout SeededRandomness) -> [UInt8] {
    var bytes = seed
    for _ in 0..<Int.random(in: 1...6, using: &randomness) where !bytes.isEmpty {
      let position = Int.random(in: bytes.indices, using: &randomness)
      switch Int.random(in: 0..<5, using: &randomness) {
      case 0: bytes[position] = UInt8.random(in: .min ... .max, using: &randomness)
      case 1: bytes.removeSubrange(position..<min(bytes.count, position + Int.random(in: 1...20, using: &randomness)))
      case 2: bytes.insert(contentsOf: bytes[position...].prefix(40), at: position)
      case 3: bytes[position] = [0, 0xFF, 0x7F, 0x80, 0x22, 0x3D][Int.random(in: 0..<6, using: &randomness)]
      default:
        let other = others[Int.random(in: others.indices, using: &randomness)]
        bytes = bytes.prefix(position) + other.suffix(Int.random(in: 0...other.count, using: &randomness))
      }
    }
    return bytes
  }

  @Test(arguments: targets.keys.sorted()) func `seeds and their mutations are survived`(target: String) throws {
    let (call, rounds) = try #require(Self.targets[target])
    let seeds = try Self.corpus(target)
    #expect(!seeds.isEmpty)
    var randomness = SeededRandomness(seed: 1)
    for seed in seeds {
      for round in 0...rounds {
        let bytes = round == 0 ? seed : Self.mutate(seed, seeds, &randomness)
        let answer = bytes.withUnsafeBufferPointer { buffer in buffer.baseAddress.map { call($0, buffer.count) } }
        #expect(answer ?? 0 == 0)
      }
    }
  }

  @Test func `every target is in the table`() throws {
    let files = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path)
    #expect(Set(files.filter { !$0.hasSuffix(".swift") }) == Set(Self.targets.keys))
  }

  @Test func `seeds are read whole before they are harmed`() throws {
    for seed in try Self.corpus("FanotifyEvent") { #expect(FanotifyEvent.decode(seed).isWhole) }
    for seed in try Self.corpus("FileRecord") { #expect(FileRecord(seed) != nil) }
  }
}
