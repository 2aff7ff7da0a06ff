import CordonCore
import CordonTelemetry
import CordonTestSupport
import Testing

@Suite struct FileParserTests {
  static let process = ObservedProcess(
    pid: 812, parent: 800, startTicks: 4711, parentStartTicks: 4000, executable: Array("/usr/bin/python3.11".utf8))

  static let records = [
    FileRecord(
      act: .write, time: FakeClock.start, process: process, user: 1000, loginUser: 1000,
      file: ObservedFile(
        path: Array("/home/ann/a.doc".utf8), content: SampledContent(entropy: 7.954, isKnownFormat: false, size: 9000))),
    FileRecord(
      act: .rename, time: FakeClock.start, process: process, user: 1000,
      file: ObservedFile(
        path: Array("/home/ann/a.doc.locked".utf8),
        content: SampledContent(entropy: 3, isKnownFormat: true, size: 1), isCanary: true),
      from: Array("/home/ann/a.doc".utf8)),
    FileRecord(act: .delete, time: FakeClock.start, process: nil, file: ObservedFile(path: [0x2F, 0xFF], isNew: true)),
    FileRecord(
      act: .tampering, time: FakeClock.start, process: nil, file: ObservedFile(path: Array("fanotify-lost".utf8))),
  ]

  static func framed(_ records: [[UInt8]]) -> [UInt8] {
    records.flatMap { record in (0..<4).map { UInt8(truncatingIfNeeded: record.count >> (8 * $0)) } + record }
  }

  @Test func `the file sensor keeps the contract`() {
    SensorConformance(sensor: FileSensor(), recording: Self.framed(Self.records.map(\.encoded)), count: 4).checkAll()
  }

  @Test(arguments: records) func `a record is read as it was written, and not a byte shorter or longer`(
    record: FileRecord
  ) {
    let bytes = record.encoded
    #expect(FileRecord(bytes) == record)
    for length in 0..<bytes.count { #expect(FileRecord(Array(bytes[..<length])) == nil) }
    #expect(FileRecord(bytes + [0]) == nil)
  }

  @Test func `a format known of what was not sampled is refused`() {
    var bytes = Self.records[2].encoded
    bytes[2] |= 8
    #expect(FileRecord(bytes) == nil)
  }

  @Test func `what each record means`() {
    var parser = FileParser()
    var found: [Observation] = []
    for record in Self.records { parser.parse(record.encoded, arrived: FakeClock.start, into: &found) }
    #expect(found.map(\.activity) == [.fileWrite, .fileRename, .fileDelete, .sensorTampering])
    #expect(found[0].actor == .uid(1000))
    #expect(found[0].process == Self.process)
    #expect(found[2].actor == nil)
    #expect(found[3].object == .sensor(name: "file", detail: "fanotify-lost"))
  }

  @Test func `an unfinished recording is cut and counted`() {
    let batch = FileSensor.records(inReplay: Self.framed([Self.records[0].encoded]) + [9, 0, 0, 0, 1])
    #expect(batch.records.count == 1)
    #expect(batch.dropped == 1)
  }
}
