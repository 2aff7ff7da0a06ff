import CordonCore
import CordonRange
import CordonTelemetry
import Testing

/// What is written is read by the agent's own parser, and means what was made up.
@Suite struct AuditLogTests {
  /// A week of a small hospital: lines by host, and what was made up, in the same order.
  private static func week() throws -> (recording: Recording, lines: [[[UInt8]]], events: [[MachineEvent]]) {
    let recording = try Recording(HospitalSettings(seed: 3, days: 8, users: 12, hosts: 8))
    var logs = recording.hospital.hosts.map { AuditLog(of: $0, in: recording.hospital) }
    var texts = [[UInt8]](repeating: [], count: logs.count)
    var events = [[MachineEvent]](repeating: [], count: logs.count)
    recording.forEachDay { _, activity in
      for event in activity.machine {
        logs[event.host].append(event, to: &texts[event.host])
        events[event.host].append(event)
      }
    }
    return (recording, texts.map { $0.split(separator: 0x0A).map(Array.init) }, events)
  }

  private static func observe(_ lines: [[UInt8]]) -> (observations: [Observation], counters: ParserCounters) {
    var parser = AuditParser()
    var observations: [Observation] = []
    for line in lines { parser.parse(line, arrived: .epoch, into: &observations) }
    parser.finish(into: &observations)
    return (observations, parser.counters)
  }

  /// How many observations the interpreter makes of a deed.
  private static func expected(_ deed: MachineEvent.Deed) -> Int {
    switch deed {
    case .logIn, .logOut: 0
    case .start(_, .setUser): 2
    case .start, .connect, .changeUser: 1
    // Of files the kernel tells Cordon otherwise.
    case .touch: 0
    case .setAuditing(let isOn): isOn ? 0 : 1
    }
  }

  @Test func everyLineIsRead() throws {
    let (recording, lines, events) = try Self.week()
    for host in recording.hospital.hosts {
      let (observations, counters) = Self.observe(lines[host.index])
      #expect(counters.malformed == 0)
      #expect(counters.abandoned == 0)
      #expect(counters.records == UInt64(lines[host.index].count))
      let wanted = events[host.index].map { Self.expected($0.deed) }.reduce(0, +)
      #expect(observations.count == wanted, "\(host.label)")
    }
  }

  /// Programs, people and peers come out as they went in, in the same order.
  @Test func observationsMeanWhatWasMadeUp() throws {
    let (recording, lines, events) = try Self.week()
    for host in recording.hospital.hosts {
      let observations = Self.observe(lines[host.index]).observations
      let starts = observations.filter { $0.activity == .processStart }
      let started = events[host.index].filter { if case .start = $0.deed { true } else { false } }
      #expect(starts.map { $0.process?.executable } == started.map { Array($0.program.path.utf8) })
      #expect(starts.map(\.time) == started.map(\.time))
      let uids = started.map { event in event.person.map { recording.hospital.staff[$0].uid } ?? 0 }
      #expect(starts.map(\.actor) == uids.map { .uid($0) })
      let peers = events[host.index].compactMap { event -> ObservedObject? in
        guard case .connect(let peer, _) = event.deed, let address = IPAddress(bytes: peer.address.bytes) else {
          return nil
        }
        return .peer(address, port: peer.port)
      }
      #expect(observations.filter { $0.activity == .connect }.map(\.object) == peers)
    }
  }

  @Test func nothingTripsATripwire() throws {
    let (recording, lines, _) = try Self.week()
    for host in recording.hospital.hosts {
      var burst = BurstTripwire()
      for observation in Self.observe(lines[host.index]).observations {
        #expect(CanaryTripwire().examine(observation) == nil)
        #expect(TamperingTripwire().examine(observation) == nil)
        #expect(burst.examine(observation) == nil)
        // Root logged in would be a shared account.
        #expect(!(observation.isLogin && observation.actor == .uid(0)))
      }
    }
  }

  /// The switch is told, and nothing while it is off.
  @Test func auditingThatIsSwitchedOffTrips() throws {
    let recording = try Recording(HospitalSettings(seed: 7, attacks: [.logTampering]))
    var log = AuditLog(of: recording.hospital.hosts[0], in: recording.hospital)
    var text: [UInt8] = []
    let events = recording.attacks.flatMap(\.activity.machine)
    for event in events where event.host == events[0].host { log.append(event, to: &text) }
    let observations = Self.observe(text.split(separator: 0x0A).map(Array.init)).observations
    #expect(observations.contains { TamperingTripwire().examine($0)?.technique == "T1562.012" })
    let started = observations.compactMap { $0.process?.executable }.map { String(decoding: $0, as: UTF8.self) }
    #expect(started.contains("/usr/sbin/auditctl") && !started.contains("/usr/bin/truncate"))
  }

  /// Two processes of one host never have one number at a time, and a shell is the parent of what it starts.
  @Test func processesHaveParentsAndNumbersOfTheirOwn() throws {
    let (recording, lines, _) = try Self.week()
    for host in recording.hospital.hosts {
      let starts = Self.observe(lines[host.index]).observations.filter { $0.activity == .processStart }
      let pids = starts.compactMap { $0.process?.pid }
      #expect(Set(pids).count == pids.count)
      #expect(starts.contains { $0.process?.parent != 1 })
    }
  }

  @Test func textIsWrittenAsTheKernelWritesIt() throws {
    let hospital = try Hospital(HospitalSettings(seed: 1, days: 1, users: 1, hosts: 1, attacks: []))
    var log = AuditLog(of: hospital.hosts[0], in: hospital)
    var text: [UInt8] = []
    let event = MachineEvent(
      time: Timestamp(milliseconds: 1_767_571_200_042), host: 0, person: 0, session: 1, process: 9,
      program: Program("/usr/bin/a program"), deed: .start(arguments: ["a program", "plain"], rights: .own))
    log.append(event, to: &text)
    let lines = String(decoding: text, as: UTF8.self).split(separator: "\n")
    #expect(
      lines.map { $0.prefix { $0 != " " } }.joined(separator: " ")
        == "type=SYSCALL type=EXECVE type=CWD type=PATH type=PATH type=PROCTITLE type=EOE")
    #expect(lines.allSatisfy { $0.contains(" msg=audit(1767571200.042:") })
    #expect(lines[1].hasSuffix("argc=2 a0=612070726F6772616D a1=\"plain\""))
    #expect(lines[5].hasSuffix("proctitle=612070726F6772616D00706C61696E"))
  }
}
