import CordonCore
import CordonTelemetry
import CordonTestSupport
import Testing

@Suite struct AuditParserTests {
  static func observe(_ text: String) -> [Observation] {
    var parser = AuditParser()
    var found: [Observation] = []
    for record in AuditSensor.records(inReplay: Array(text.utf8)).records {
      parser.parse(record, arrived: FakeClock.start, into: &found)
    }
    parser.finish(into: &found)
    return found
  }

  @Test func `the audit sensor keeps the contract`() {
    SensorConformance(
      sensor: AuditSensor(), recording: Array(AuditSamples.recording.utf8), count: AuditSamples.recordingCount
    ).checkAll()
  }

  @Test func `an exec is one process start, by the person who logged in`() throws {
    let observation = try #require(Self.observe(AuditSamples.exec).first)
    #expect(observation.time == Timestamp(milliseconds: 1_767_225_600_965))
    #expect(observation.activity == .processStart)
    #expect(observation.outcome == .success)
    #expect(observation.actor == .uid(1000))
    #expect(observation.process == ObservedProcess(pid: 2168, parent: 29002, executable: Array("/bin/dd".utf8)))
    guard case .program(let program) = observation.object else {
      Issue.record("a start without its program")
      return
    }
    #expect(program.arguments.starts(with: Array("dd".utf8)) && program.parentExecutable.isEmpty)
  }

  @Test func `a connect under way is neither success nor failure, and its program's path is decoded`() throws {
    let observation = try #require(Self.observe(AuditSamples.connect).first)
    #expect(observation.activity == .connect)
    #expect(observation.outcome == .unknown)
    #expect(observation.actor == .uid(33))
    #expect(observation.process?.executable == Array("/tmp/a b/x".utf8))
    #expect(observation.object == .peer(try #require(IPAddress("192.0.2.7")), port: 4444))
  }

  @Test func `peers of both families, and none within the machine`() throws {
    let v6 = try #require(Self.observe(AuditSamples.connectV6).first)
    #expect(v6.object == .peer(try #require(IPAddress("2001:db8::1")), port: 443))
    #expect(v6.outcome == .success)
    #expect(Self.observe(AuditSamples.connectLocal).isEmpty)
  }

  @Test(
    arguments: [
      (AuditSamples.sudo, [.processStart, .privilegeChange]), (AuditSamples.setuid, [.privilegeChange]),
      (AuditSamples.module, [.moduleLoad]), (AuditSamples.failedExec, [.processStart]),
      (AuditSamples.socketCalls, [.connect]), (AuditSamples.othersRuleRemoved, [.sensorTampering]),
      (AuditSamples.ownRuleRemoved, []), (AuditSamples.disabled, [.sensorTampering]), (AuditSamples.refusedChange, []),
    ] as [(String, [Activity])])
  func `what each record means`(text: String, activities: [Activity]) {
    #expect(Self.observe(text).map(\.activity) == activities)
  }

  @Test func `a failed start and a module say so`() {
    #expect(Self.observe(AuditSamples.failedExec).first?.outcome == .failure)
    #expect(Self.observe(AuditSamples.module).first?.object == .module(name: "rootkit"))
    #expect(Self.observe(AuditSamples.disabled).first?.object == .sensor(name: "audit", detail: "audit-disabled"))
    #expect(Self.observe(AuditSamples.disabled).first?.actor == .uid(1000))
  }

  @Test func `the kernel's framing and a log line give the same observation`() {
    var parser = AuditParser()
    var found: [Observation] = []
    for line in AuditSamples.connect.split(separator: "\n") {
      let type: UInt16 = line.contains("SYSCALL") ? 1300 : line.contains("SOCKADDR") ? 1306 : 1327
      parser.parse(AuditSamples.message(line, type: type), arrived: FakeClock.start, into: &found)
    }
    #expect(found == Self.observe(AuditSamples.connect))
    #expect(found.count == 1)
  }

  @Test func `interleaved events come apart, and enriched or node-marked lines are read`() {
    let exec = AuditSamples.exec.split(separator: "\n").map { "node=ws-17 \($0)\u{1D}UID=\"ann\" SYSCALL=execve" }
    let connect = AuditSamples.connect.split(separator: "\n").map(String.init)
    var lines: [String] = []
    for index in 0..<max(exec.count, connect.count) {
      if index < exec.count { lines.append(exec[index]) }
      if index < connect.count { lines.append(connect[index]) }
    }
    #expect(Set(Self.observe(lines.joined(separator: "\n")).map(\.activity)) == [.processStart, .connect])
  }

  @Test func `an event without an end is complete after the patience`() {
    var parser = AuditParser()
    var found: [Observation] = []
    let line = AuditSamples.exec.split(separator: "\n")[0]
    parser.parse(Array(line.utf8), arrived: FakeClock.start, into: &found)
    let start = Timestamp(milliseconds: 1_767_225_600_965)
    parser.advance(to: start.advanced(by: .milliseconds(1999)), into: &found)
    #expect(found.isEmpty)
    parser.advance(to: start.advanced(by: .seconds(2)), into: &found)
    #expect(found.count == 1)
  }

  @Test(arguments: [AuditParser.openLimit, AuditParser.openLimit + 1])
  func `only so many events are open at once`(count: Int) {
    var parser = AuditParser()
    var found: [Observation] = []
    for serial in 0..<count {
      let line = AuditSamples.exec.split(separator: "\n")[0].replacing("93777", with: "\(serial + 1)")
      parser.parse(Array(line.utf8), arrived: FakeClock.start, into: &found)
    }
    #expect(parser.counters.abandoned == UInt64(max(0, count - AuditParser.openLimit)))
    #expect(found.count == max(0, count - AuditParser.openLimit))
    parser.finish(into: &found)
    #expect(found.count == count)
  }

  @Test(arguments: [
    "", "x", "type=", "type=SYSCALL", "type=SYSCALL msg=", "type=SYSCALL msg=audit(", "type=SYSCALL msg=audit(1.2:3)",
    "type=SYSCALL msg=audit(99999999999999999999.000:1): arch=c000003e syscall=59",
    "type=SYSCALL msg=audit(1767225600.1000:1): arch=c000003e syscall=59",
    "type=SYSCALL msg=audit(-1.000:1): arch=c000003e", "type=SYSCALL msg=audit(1767225600.000:1): arch=zz syscall=59",
    "type=SYSCALL msg=audit(1767225600.000:1): arch=c000003e syscall=99999999999999999999",
    "type=SOCKADDR msg=audit(1767225600.000:1): saddr=0200",
    "type=SOCKADDR msg=audit(1767225600.000:1): saddr=0A00115C", "type=SOCKADDR msg=audit(1767225600.000:1): saddr=0",
    "type=KERN_MODULE msg=audit(1767225600.000:1): x=1", "node=a", "node=a type",
    "type=CORDON_NOTE msg=audit(1767225600.000:1): op=rules-removed res=1",
  ])
  func `a hostile line is counted and makes nothing`(line: String) {
    var parser = AuditParser()
    var found: [Observation] = []
    parser.parse(Array(line.utf8), arrived: FakeClock.start, into: &found)
    parser.finish(into: &found)
    #expect(found.isEmpty)
    #expect(parser.counters.malformed + parser.counters.ignored >= 1)
  }

  @Test func `a line at the limit is read, one past it is not`() {
    let head = AuditSamples.failedExec.split(separator: "\n")[0]
    for (length, isRead) in [(8986, true), (8987, false)] {
      var parser = AuditParser()
      var found: [Observation] = []
      let line = Array(head.utf8) + [UInt8](repeating: 0x20, count: length - head.utf8.count)
      parser.parse(line, arrived: FakeClock.start, into: &found)
      parser.finish(into: &found)
      #expect(found.count == (isRead ? 1 : 0))
    }
  }
}
