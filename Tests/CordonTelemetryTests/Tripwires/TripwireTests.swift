import CordonCore
import CordonTelemetry
import CordonTestSupport
import Testing

@Suite struct BurstTripwireTests {
  static let process = ObservedProcess(pid: 812, parent: 700, startTicks: 4711, parentStartTicks: 4000)

  static func at(_ milliseconds: Int64) -> Timestamp { FakeClock.start.advanced(by: .milliseconds(milliseconds)) }

  static func random(_ entropy: Float = 7.95, known: Bool = false) -> SampledContent {
    SampledContent(entropy: entropy, isKnownFormat: known, size: 20_000)
  }

  static func observation(
    _ activity: Activity, _ object: ObservedObject, _ milliseconds: Int64, by process: ObservedProcess = process
  ) -> Observation {
    Observation(
      time: at(milliseconds), family: .host, source: "file", activity: activity, actor: .uid(1000), process: process,
      object: object)
  }

  static func rewrite(
    _ name: String, _ milliseconds: Int64, _ content: SampledContent = random(), isNew: Bool = false,
    by process: ObservedProcess = process
  ) -> Observation {
    observation(
      .fileWrite, .file(ObservedFile(path: Array("/home/\(name)".utf8), content: content, isNew: isNew)), milliseconds,
      by: process)
  }

  static func rename(_ from: String, _ to: String, _ milliseconds: Int64, _ content: SampledContent = random())
    -> Observation
  {
    observation(
      .fileRename,
      .renamed(from: Array("/home/\(from)".utf8), to: ObservedFile(path: Array("/home/\(to)".utf8), content: content)),
      milliseconds)
  }

  static func delete(_ name: String, _ milliseconds: Int64) -> Observation {
    observation(.fileDelete, .file(ObservedFile(path: Array("/home/\(name)".utf8))), milliseconds)
  }

  static func hits(_ observations: [Observation]) -> [TripwireHit] {
    var tripwire = BurstTripwire()
    return observations.compactMap { tripwire.examine($0) }
  }

  @Test func `twelve files rewritten in place within ten seconds trip, eleven do not`() throws {
    let eleven = (0..<11).map { Self.rewrite("a\($0)", Int64($0) * 100) }
    #expect(Self.hits(eleven).isEmpty)
    let hit = try #require(Self.hits(eleven + [Self.rewrite("a11", 1100)]).first)
    #expect(hit.rule == .encryptionBurst)
    #expect(hit.technique == "T1486")
    #expect(hit.process == Self.process)
    #expect(hit.actor == .uid(1000))
    #expect(
      hit.predicate == "rewrote 12 files in 1.1 s with content that looks encrypted (8.0 bits a byte)"
        || hit.predicate == "rewrote 12 files in 1.1 s with content that looks encrypted (7.9 bits a byte)")
    #expect(hit.evidence.first?.value == 12)
    #expect(hit.files.count == 3)
  }

  @Test func `the same file twelve times is one file`() {
    #expect(Self.hits((0..<50).map { Self.rewrite("a", Int64($0) * 10) }).isEmpty)
  }

  @Test func `twelve files over a minute do not trip`() {
    #expect(Self.hits((0..<20).map { Self.rewrite("a\($0)", Int64($0) * 1000) }).isEmpty)
    #expect(!Self.hits((0..<20).map { Self.rewrite("a\($0)", Int64($0) * 900) }).isEmpty)
  }

  @Test func `rewrite then rename counts a file once`() {
    let six = (0..<11).flatMap { [Self.rewrite("a\($0)", 10), Self.rename("a\($0)", "a\($0).enc", 20)] }
    #expect(Self.hits(six).isEmpty)
    #expect(Self.hits(six + [Self.rename("a11.doc", "a11.enc", 30)]).count == 1)
  }

  @Test func `copies written beside and originals deleted trip`() throws {
    let attack = (0..<12).flatMap {
      [Self.rewrite("a\($0).doc.locked", Int64($0), isNew: true), Self.delete("a\($0).doc", Int64($0))]
    }
    let hit = try #require(Self.hits(attack).first)
    #expect(hit.predicate.hasSuffix("and gave 12 of them another extension"))
  }

  @Test func `what people do every day does not trip`() {
    // New files of random content (a download), archives over originals, text, renames of text, deletions.
    let days: [[Observation]] = [
      (0..<100).map { Self.rewrite("d\($0)", Int64($0), isNew: true) },
      (0..<100).flatMap {
        [Self.rewrite("l\($0).gz", Int64($0), Self.random(known: true), isNew: true), Self.delete("l\($0)", Int64($0))]
      },
      (0..<100).map { Self.rewrite("t\($0)", Int64($0), Self.random(4.5)) },
      (0..<100).map { Self.rename("t\($0).txt", "t\($0).bak", Int64($0), Self.random(4.5)) },
      (0..<100).map { Self.rename("p\($0).part", "p\($0).jpg", Int64($0), Self.random(known: true)) },
      (0..<100).map { Self.delete("x\($0)", Int64($0)) },
    ]
    for day in days { #expect(Self.hits(day).isEmpty) }
  }

  @Test func `two processes do not add up, children of one script do`() throws {
    let strangers = (0..<20).map { number in
      Self.rewrite(
        "a\(number)", 10,
        by: ObservedProcess(pid: UInt32(900 + number % 2), startTicks: 5, executable: []))
    }
    #expect(Self.hits(strangers).isEmpty)
    let children = (0..<12).map { number in
      Self.rewrite(
        "a\(number)", 10,
        by: ObservedProcess(pid: UInt32(900 + number), parent: 812, startTicks: 50, parentStartTicks: 40))
    }
    let hit = try #require(Self.hits(children).first)
    #expect(hit.process == ObservedProcess(pid: 812, startTicks: 40))
    #expect(hit.predicate.hasSuffix("through its child processes"))
    let ofInit = (0..<12).map { number in
      Self.rewrite(
        "a\(number)", 10,
        by: ObservedProcess(pid: UInt32(900 + number), parent: 1, startTicks: 50, parentStartTicks: 1))
    }
    #expect(Self.hits(ofInit).isEmpty)
  }

  @Test func `the policy's numbers count, and switching it off ends it`() {
    var policy = Policy.Tripwires.Burst()
    policy.files = 3
    policy.entropyFloor = 7.99
    var tripwire = BurstTripwire(settings: policy)
    let weak = (0..<5).compactMap { tripwire.examine(Self.rewrite("a\($0)", 1)) }
    #expect(weak.isEmpty)
    policy.entropyFloor = 7
    tripwire.use(policy)
    let strong = (0..<3).compactMap { tripwire.examine(Self.rewrite("b\($0)", 1)) }
    #expect(strong.count == 1)
    policy.isEnabled = false
    tripwire.use(policy)
    let off = (0..<9).compactMap { tripwire.examine(Self.rewrite("c\($0)", 1)) }
    #expect(off.isEmpty)
  }
}

@Suite struct OtherTripwireTests {
  static func canary(_ activity: Activity, isCanary: Bool = true) -> Observation {
    let file = ObservedFile(path: Array("/home/00_budget.csv".utf8), isCanary: isCanary)
    return BurstTripwireTests.observation(
      activity, activity == .fileRename ? .renamed(from: Array("/x".utf8), to: file) : .file(file), 0)
  }

  @Test(arguments: [Activity.fileWrite, .fileRename, .fileDelete, .fileOpen])
  func `a canary touched trips, any other file does not`(activity: Activity) throws {
    let hit = try #require(CanaryTripwire().examine(Self.canary(activity)))
    #expect(hit.rule == .canaryTouched)
    #expect(!hit.predicate.contains("budget"))
    #expect(hit.files == [Array("/home/00_budget.csv".utf8)])
    #expect(CanaryTripwire().examine(Self.canary(activity, isCanary: false)) == nil)
  }

  @Test(arguments: [
    ("audit", "rules-removed", "T1562.012"), ("audit", "audit-disabled", "T1562.012"),
    ("file", "fanotify-lost", "T1562.001"), ("ann's secret", "ann's secret", "T1562.001"),
  ]) func `a blinded sensor trips, in our words alone`(name: String, detail: String, technique: String) throws {
    let observation = BurstTripwireTests.observation(.sensorTampering, .sensor(name: name, detail: detail), 0)
    let hit = try #require(TamperingTripwire().examine(observation))
    #expect(hit.technique == technique)
    #expect(!hit.predicate.contains("ann"))
  }

  static func hit(_ identity: String, _ rule: TripwireRule = .canaryTouched) -> TripwireHit {
    TripwireHit(rule, technique: "", time: FakeClock.start, predicate: "x", identity: identity)
  }

  @Test func `repetitions are folded and told with the next`() {
    var lane = TripwireLane()
    let start = FakeClock.start
    #expect(lane.judge(Self.hit("a"), cap: 50, now: start) == .raise(folded: 0))
    for second in 1...5 {
      #expect(lane.judge(Self.hit("a"), cap: 50, now: start.advanced(by: .seconds(second))) == .fold)
    }
    #expect(lane.judge(Self.hit("b"), cap: 50, now: start.advanced(by: .seconds(6))) == .raise(folded: 5))
    #expect(lane.judge(Self.hit("a"), cap: 50, now: start.advanced(by: .seconds(599))) == .fold)
    #expect(lane.judge(Self.hit("a"), cap: 50, now: start.advanced(by: .seconds(600))) == .raise(folded: 1))
    #expect(lane.folded == 6)
  }

  @Test func `past the daily cap one in ten minutes is raised, other rules are free, and tomorrow is new`() {
    var lane = TripwireLane()
    let start = FakeClock.start
    for number in 0..<3 {
      #expect(lane.judge(Self.hit("\(number)"), cap: 3, now: start) == .raise(folded: 0))
    }
    #expect(lane.judge(Self.hit("x"), cap: 3, now: start) == .fold)
    #expect(lane.judge(Self.hit("x", .encryptionBurst), cap: 3, now: start) == .raise(folded: 0))
    #expect(lane.judge(Self.hit("y"), cap: 3, now: start.advanced(by: .seconds(600))) == .raise(folded: 1))
    #expect(lane.judge(Self.hit("z"), cap: 3, now: start.advanced(by: .seconds(601))) == .fold)
    let tomorrow = start.advanced(by: .seconds(86_400))
    #expect(lane.judge(Self.hit("z"), cap: 3, now: tomorrow) == .raise(folded: 1))
    #expect(lane.judge(Self.hit("w"), cap: 3, now: tomorrow) == .raise(folded: 0))
  }

  @Test func `peers of a process and its children are remembered for a while, and bounded`() throws {
    var memory = PeerMemory()
    func connect(_ number: Int, pid: UInt32, parent: UInt32) throws {
      let address = try #require(IPAddress("192.0.2.\(number)"))
      memory.take(
        BurstTripwireTests.observation(
          .connect, .peer(address, port: 1), 0, by: ObservedProcess(pid: pid, parent: parent)))
    }
    try connect(1, pid: 10, parent: 5)
    try connect(2, pid: 11, parent: 5)
    let own = memory.recent(of: 10, now: FakeClock.start)
    let family = memory.recent(of: 5, now: FakeClock.start)
    #expect(own.map(\.description) == ["192.0.2.1"])
    #expect(family.map(\.description) == ["192.0.2.2", "192.0.2.1"])
    let forgotten = memory.recent(of: 5, now: FakeClock.start.advanced(by: .seconds(300)))
    #expect(forgotten.isEmpty)
    for number in 1...20 { try connect(number, pid: 10, parent: 1) }
    let bounded = memory.recent(of: 10, now: FakeClock.start)
    #expect(bounded.count == PeerMemory.peerLimit)
  }
}
