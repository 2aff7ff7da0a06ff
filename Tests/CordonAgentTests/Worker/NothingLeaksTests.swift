import CordonAgent
import CordonCore
import CordonTelemetry
import CordonTestSupport
import CordonWire
import Glibc
import SwiftProtobuf
import Testing

func mkdirp(_ path: String) { mkdir(path, 0o755) }

/// Plants names of every class that may not leave in clear, lets them run through everything, and looks at every byte
/// that goes out.
@Suite struct NothingLeaksTests {
  typealias Support = WorkerSupport

  /// What no byte sequence that leaves may hold, in any case of letters.
  static let planted = [
    "planted", "evil", "locked", "budget", "argument", "title", "/home", "192.0.2.7", "2001:db8",
    "0123456789abcdef0123456789abcdef", "rootkit",
  ]
  /// Addresses and keys as bytes.
  static let plantedBytes: [[UInt8]] = [
    [192, 0, 2, 7], [0x20, 0x01, 0x0D, 0xB8, 0, 0, 0, 0], [UInt8](repeating: 0x11, count: 16),
    [UInt8](repeating: 0x22, count: 16),
  ]

  static func everything() throws -> WorkerOutput {
    var pipeline = try Support.pipeline()
    var all = WorkerOutput()
    func take(_ step: WorkerOutput) {
      all.records += step.records
      all.reflexes += step.reflexes
    }
    for batch in Support.attack() { take(pipeline.ingest(batch, at: Support.at(2000))) }
    let more =
      Support.exec(10, pid: 900, uid: 0, exe: "/home/plantedann/sh", at: Support.at(10))
      + Support.exec(11, pid: 901, uid: 4242, exe: "/home/plantedann/sh", at: Support.at(10))
      + Support.connect(
        12, pid: 901, uid: 1001, saddr: "0A0001BB0000000020010DB800000000000000000000000100000000",
        exe: "/opt/plantedbob", at: Support.at(20))
        + """
        type=SYSCALL msg=audit(1767225600.030:13): arch=c000003e syscall=313 success=yes exit=0 a0=3 ppid=1 pid=2400 \
        auid=1000 uid=0 euid=0 exe="/home/plantedann/insmod" key="cordon"
        type=KERN_MODULE msg=audit(1767225600.030:13): name="rootkit"
        type=EOE msg=audit(1767225600.030:13):
        type=CONFIG_CHANGE msg=audit(1767225600.040:14): auid=1000 ses=4 op=remove_rule key="plantedkey" list=4 res=1

        """
    take(pipeline.ingest(Support.lines(more), at: Support.at(2000)))
    let canary = Support.file(.delete, "/home/plantedann/00_budget.csv", pid: 999, canary: true, at: Support.at(30))
    take(pipeline.ingest(SensorBatch(sensor: "file", records: [canary]), at: Support.at(2000)))
    _ = pipeline.sensor("plantedsensor", isRunning: true, at: Support.start)
    take(pipeline.sensor("plantedsensor", isRunning: false, at: Support.at(2000)))
    take(pipeline.finish(at: Support.at(2000)))
    return all
  }

  /// Every byte that a record is on the wire.
  static func bytes(_ record: Record) throws -> [UInt8] { try Cordon_V1_Record(record).serializedBytes() }

  static func leaks(in bytes: [UInt8]) -> [String] {
    let lowered = bytes.map { (0x41...0x5A).contains($0) ? $0 + 32 : $0 }
    return planted.filter { contains(lowered, Array($0.utf8)) }
      + plantedBytes.filter { contains(bytes, $0) }.map { Hex.encode($0) }
  }

  static func contains(_ bytes: [UInt8], _ needle: [UInt8]) -> Bool {
    guard bytes.count >= needle.count else { return false }
    return (0...(bytes.count - needle.count)).contains { bytes[$0..<($0 + needle.count)].elementsEqual(needle) }
  }

  @Test func `no planted name leaves in any record`() throws {
    let output = try Self.everything()
    let kinds = Set(output.records.map(\.lane))
    #expect(kinds == [.window, .detection])
    let rules = Set(WorkerPipelineTests.detections(output).map(\.rule))
    #expect(rules == Set(TripwireRule.allCases.map(\.rawValue)), "every rule has spoken")
    for record in output.records {
      let found = Self.leaks(in: try Self.bytes(record))
      #expect(found.isEmpty, "\(found) in \(record)")
    }
  }

  /// A test that cannot fail is none: the same search finds what a reflex request holds, which stays on the machine.
  @Test func `the search finds a name where there is one`() throws {
    let output = try Self.everything()
    let address = try #require(output.reflexes.compactMap(\.address).first)
    #expect(Self.leaks(in: address.bytes) == ["c0000207"])
    var window = try #require(WorkerPipelineTests.windows(output).first)
    window.entity = EntityRef(kind: .host, label: "PlantedAnn")
    #expect(Self.leaks(in: try Self.bytes(.window(window))) == ["planted"])
  }

  @Test func `no wire message is refused by its own limits`() throws {
    for record in try Self.everything().records {
      #expect(try Cordon_V1_Record(record).domain() == record)
    }
  }
}
