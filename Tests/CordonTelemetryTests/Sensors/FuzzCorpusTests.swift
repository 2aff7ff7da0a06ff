import CordonCore
import CordonTelemetry
import CordonTestSupport
import Glibc
import Testing

/// The fuzz targets' corpora, mutated by a seed every day; Scripts/fuzz does it for longer and guided.
@Suite struct FuzzCorpusTests {
  static let rounds = 300

  static func corpus(_ target: String) throws -> [[UInt8]] {
    let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
    let folder = "/\(root)/Fuzz/\(target)/Corpus"
    return try CanaryPlanterTests.names(in: folder).map { name in
      try #require(try SmallFile.read("\(folder)/\(name)", most: 1 << 20))
    }
  }

  static func mutate(_ seed: [UInt8], _ others: [[UInt8]], _ randomness: inout SeededRandomness) -> [UInt8] {
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

  static func forEachMutation(of target: String, seed: UInt64, _ body: ([UInt8]) -> Void) throws {
    var randomness = SeededRandomness(seed: seed)
    let seeds = try corpus(target)
    #expect(seeds.count >= 4)
    for seed in seeds {
      body(seed)
      for _ in 0..<rounds { body(mutate(seed, seeds, &randomness)) }
    }
  }

  @Test func `lines of audit logs`() throws {
    try Self.forEachMutation(of: "AuditLine", seed: 1) { bytes in
      var parser = AuditParser()
      var found: [Observation] = []
      let batch = AuditSensor.records(inReplay: bytes)
      for line in batch.records { parser.parse(line, arrived: .epoch, into: &found) }
      parser.finish(into: &found)
      #expect(found.count <= 2 * batch.records.count)
    }
  }

  @Test func `audit messages of the kernel`() throws {
    try Self.forEachMutation(of: "AuditMessage", seed: 2) { bytes in
      var parser = AuditParser()
      var found: [Observation] = []
      var start = 0
      while start + 2 <= bytes.count {
        let end = min(start + 2 + (Int(bytes[start]) | Int(bytes[start + 1]) << 8), bytes.count)
        parser.parse(Array(bytes[(start + 2)..<end]), arrived: .epoch, into: &found)
        start = end
      }
      parser.finish(into: &found)
      #expect(UInt64(found.count) <= 2 * parser.counters.records)
    }
  }

  @Test func `fanotify events`() throws {
    try Self.forEachMutation(of: "FanotifyEvent", seed: 3) { bytes in
      #expect(FanotifyEvent.decode(bytes).events.count * 24 <= bytes.count)
    }
  }

  @Test func `a file source's records`() throws {
    try Self.forEachMutation(of: "FileRecord", seed: 4) { bytes in
      if let record = FileRecord(bytes) { #expect(record.encoded == bytes) }
    }
  }

  @Test func `records of audit trails`() throws {
    try Self.forEachMutation(of: "TrailRecord", seed: 5) { bytes in
      var parser = EHRParser()
      var found: [Observation] = []
      parser.parse(bytes, arrived: .epoch, into: &found)
      #expect(parser.counters.malformed == 0 || found.isEmpty)
    }
  }

  @Test func `files of audit trails, cut anywhere`() throws {
    try Self.forEachMutation(of: "TrailFile", seed: 6) { bytes in
      let whole = EHRSensor.records(inReplay: bytes)
      var framer = EHRFramer()
      var records: [[UInt8]] = []
      for start in stride(from: 0, to: bytes.count, by: 7) {
        records += framer.take(bytes[start..<min(start + 7, bytes.count)])
      }
      if let last = framer.finish() { records.append(last) }
      #expect(records == whole.records && framer.dropped == whole.dropped)
    }
  }

  @Test func `every seed is read whole before it is harmed`() throws {
    for seed in try Self.corpus("FanotifyEvent") { #expect(FanotifyEvent.decode(seed).isWhole) }
    for seed in try Self.corpus("FileRecord") { #expect(FileRecord(seed) != nil) }
  }
}
