import CordonCore
import CordonTelemetry
import CordonTestSupport
import Testing

/// What sources that look after the machine hand on: written and read back the same, and nothing else is read.
@Suite struct MachineRecordTests {
  static let process = ObservedProcess(
    pid: 7, parent: 1, startTicks: 99, parentStartTicks: 5, executable: Array("/usr/sbin/sshd".utf8))

  static let facts: [MachineRecord.Fact] = [
    .port(ListeningPort(transport: .tcp, port: 22, isOpen: true, isNew: true, total: 12)),
    .port(ListeningPort(transport: .udp, port: 53, isOpen: false, isNew: false, total: 0)),
    .peer(IPAddress(bytes: [192, 0, 2, 1])!, port: 443), .peer(IPAddress("2001:db8::1")!, port: 1),
    .persistence(PersistenceChange(kind: .cron, act: .added, path: Array("/etc/cron.d/x".utf8), isOfRoot: true)),
    .package(PackageChange(act: .removed, name: "netcat-openbsd")), .storage,
  ]

  static func record(_ fact: MachineRecord.Fact, _ process: ObservedProcess? = process) -> MachineRecord {
    MachineRecord(time: FakeClock.start, process: process, user: 0, loginUser: 1000, fact: fact)
  }

  @Test(arguments: facts) func `it is read as it was written`(fact: MachineRecord.Fact) {
    for process in [nil, Self.process] {
      let record = Self.record(fact, process)
      #expect(MachineRecord(record.encoded) == record)
    }
  }

  @Test(arguments: facts) func `what is cut off, or too long, or of another version is refused`(
    fact: MachineRecord.Fact
  ) {
    let bytes = Self.record(fact).encoded
    for end in bytes.indices { #expect(MachineRecord(Array(bytes[..<end])) == nil) }
    #expect(MachineRecord(bytes + [0]) == nil)
    #expect(MachineRecord([2] + bytes.dropFirst()) == nil)
  }

  @Test(arguments: [SocketSensor.name, "persistence"]) func `each is one observation of its sensor`(name: String) {
    var parser = MachineParser(sensor: name)
    var found: [Observation] = []
    for fact in Self.facts { parser.parse(Self.record(fact).encoded, arrived: .epoch, into: &found) }
    #expect(
      found.map(\.activity) == [
        .listen, .listen, .connect, .connect, .persistenceChange, .packageChange, .storageAttach,
      ])
    for observation in found {
      #expect(observation.source == name && observation.actor == .uid(1000) && observation.isLogin)
      #expect(observation.process == Self.process && observation.time == FakeClock.start)
    }
  }

  /// Records as a file holds them.
  static func recording(_ facts: ArraySlice<MachineRecord.Fact>) -> [UInt8] {
    facts.flatMap { fact in
      let bytes = record(fact).encoded
      return (0..<4).map { UInt8(truncatingIfNeeded: bytes.count >> (8 * $0)) } + bytes
    }
  }

  @Test func `the contract of sensors holds`() {
    SensorConformance(sensor: SocketSensor(), recording: Self.recording(Self.facts[..<4]), count: 4).checkAll()
  }
}
