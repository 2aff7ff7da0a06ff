import CordonAgent
import CordonCore
import CordonTestSupport
import Testing

@Suite struct UplinkMachineTests {
  static let place = SpoolPlace(SpoolEpoch(bits: 5), .window)
  static let position = LanePosition(lane: .window, epoch: SpoolEpoch(bits: 5), through: 10)

  private func welcome(
    _ limits: UplinkLimits = UplinkLimits(batchRecords: 100, recordsPerSecond: 1_000, inFlight: 2),
    version: UInt32 = UplinkLimits.protocolVersion, time: Timestamp = FakeClock.start
  ) -> CollectorInput {
    .welcome(.init(protocolVersion: version, serverTime: time, limits: limits, watermarks: [Self.position]))
  }

  private func streaming(at now: Duration = .zero) -> UplinkMachine {
    var machine = UplinkMachine()
    _ = machine.connect(at: now)
    machine.opened(hello: [Self.position], at: now, wall: FakeClock.start)
    _ = machine.receive(welcome(), at: now, wall: FakeClock.start)
    return machine
  }

  /// Stands for any stream: takes one input and says with which code it ended.
  private func code(_ input: CollectorInput, _ machine: inout UplinkMachine) -> String? {
    guard case .close(let error) = machine.receive(input, at: .zero, wall: .epoch).first else { return nil }
    return error.code
  }

  private func greeting() -> UplinkMachine {
    var machine = UplinkMachine()
    machine.opened(hello: [], at: .zero, wall: .epoch)
    return machine
  }

  @Test func aWelcomeIsReconciledWithTheHelloItAnswers() {
    var machine = UplinkMachine()
    let pause = machine.connect(at: .zero)
    #expect(pause == .zero)
    machine.opened(hello: [Self.position], at: .zero, wall: FakeClock.start)
    let early = machine.allowance(at: .zero)
    #expect(early == nil, "nothing is sent before the Welcome")
    let directives = machine.receive(welcome(), at: .zero, wall: FakeClock.start)
    #expect(directives == [.reconcile(hello: [Self.position], watermarks: [Self.position])])
    #expect(machine.isStreaming)
  }

  static let outOfTurn: [CollectorInput] = [
    .acknowledged(position, serverTime: .epoch), .pace(recordsPerSecond: 1, inFlight: 1),
    .refused(place, sequence: 1, code: "", message: ""),
  ]

  @Test(arguments: outOfTurn) func nothingComesBeforeTheWelcome(_ input: CollectorInput) {
    var machine = greeting()
    let code = code(input, &machine)
    #expect(code == "uplink-out-of-turn")
  }

  @Test func aSecondWelcomeAndAnotherProtocolEndTheStream() {
    var machine = streaming()
    let second = code(welcome(), &machine)
    #expect(second == "uplink-out-of-turn")
    machine = greeting()
    let foreign = code(welcome(version: 2), &machine)
    #expect(foreign == "uplink-protocol")
  }

  @Test func batchesUnderWayAreBounded() {
    var machine = streaming()
    for through in [10, 20] as [UInt64] {
      let allowance = machine.allowance(at: .zero)
      #expect(allowance?.records == 100)
      machine.sent(Self.place, through: through, records: 10, at: .zero)
    }
    var allowance = machine.allowance(at: .zero)
    #expect(allowance == nil)
    let acknowledged = CollectorInput.acknowledged(Self.position, serverTime: FakeClock.start)
    let directives = machine.receive(acknowledged, at: .zero, wall: FakeClock.start)
    #expect(directives == [.acknowledge(Self.position)])
    allowance = machine.allowance(at: .zero)
    #expect(allowance != nil)
  }

  @Test func windowsKeepThePaceAndDetectionsDoNotWait() {
    var machine = streaming()
    machine.sent(Self.place, through: 1_500, records: 1_500, at: .zero)
    let lanes = [0, 400, 600].map { machine.allowance(at: .milliseconds($0))?.lanes }
    #expect(lanes == [[.outcome, .detection], [.outcome, .detection], Lane.bySendingOrder])
  }

  @Test func aPaceChangesWhatMayBeSent() {
    var machine = streaming()
    _ = machine.receive(.pace(recordsPerSecond: 0, inFlight: 0), at: .zero, wall: .epoch)
    #expect(machine.limits.recordsPerSecond == 1)
    #expect(machine.limits.inFlight == 1)
    _ = machine.receive(.pace(recordsPerSecond: .max, inFlight: .max), at: .zero, wall: .epoch)
    #expect(machine.limits.recordsPerSecond == UplinkSettings.mostRecordsPerSecond)
    #expect(machine.limits.inFlight == UplinkSettings.mostInFlight)
  }

  @Test func aStrangersLimitsAreBounded() {
    var machine = greeting()
    let wild = UplinkLimits(batchRecords: .max, batchBytes: 0, recordsPerSecond: -5, inFlight: .max)
    _ = machine.receive(welcome(wild), at: .zero, wall: .epoch)
    let bounded = UplinkLimits(
      batchRecords: UplinkSettings.mostBatchRecords, batchBytes: 1, recordsPerSecond: 1,
      inFlight: UplinkSettings.mostInFlight)
    #expect(machine.limits == bounded)
  }

  @Test func aRefusalFreesTheLane() {
    var machine = streaming()
    machine.sent(Self.place, through: 10, records: 10, at: .zero)
    machine.sent(SpoolPlace(SpoolEpoch(bits: 5), .detection), through: 1, records: 1, at: .zero)
    let refused = CollectorInput.refused(Self.place, sequence: 3, code: "c", message: "m")
    let directives = machine.receive(refused, at: .zero, wall: .epoch)
    #expect(directives == [.setAside(Self.place, sequence: 3, code: "c", message: "m")])
    #expect(machine.inFlight.map(\.place.lane) == [.detection])
  }

  // MARK: Time

  @Test func pausesDoubleUpToABoundWithFullJitter() {
    var machine = UplinkMachine(settings: UplinkSettings(backOffFirst: .seconds(2), backOffMost: .seconds(60)))
    var randomness = SeededRandomness(seed: 1)
    var pauses: [Duration] = []
    var now = Duration.zero
    for _ in 0..<200 {
      machine.ended(at: now, randomness: &randomness)
      let pause = machine.connect(at: now)
      pauses.append(pause)
      now += pause
      _ = machine.connect(at: now)
    }
    for (index, bound) in [2, 4, 8, 16, 32, 60, 60].enumerated() { #expect(pauses[index] <= .seconds(bound)) }
    #expect(pauses.dropFirst(6).max()! > .seconds(50), "the bound is used")
    #expect(pauses.dropFirst(6).max()! <= .seconds(60))
    #expect(pauses.dropFirst(6).min()! < .seconds(5), "and so is everything below it")
  }

  @Test func aGoodStreamBeginsBackOffAnew() {
    var randomness = SeededRandomness(seed: 1)
    var machine = UplinkMachine()
    for _ in 0..<5 { machine.ended(at: .zero, randomness: &randomness) }
    #expect(machine.failures == 5)
    for (start, end, failures) in [(0, 59, 6), (100, 160, 0)] {
      machine.opened(hello: [], at: .seconds(start), wall: .epoch)
      _ = machine.receive(welcome(), at: .seconds(start), wall: .epoch)
      machine.ended(at: .seconds(end), randomness: &randomness)
      #expect(machine.failures == failures)
    }
  }

  @Test func batchesShrinkWhenStreamsBreakAndGrowWithAnswers() {
    var machine = streaming()
    var randomness = SeededRandomness(seed: 1)
    machine.sent(Self.place, through: 10, records: 10, at: .zero)
    machine.ended(at: .zero, randomness: &randomness)
    #expect(machine.batchRecords == 50)
    machine.ended(at: .zero, randomness: &randomness)
    #expect(machine.batchRecords == 50, "nothing was under way")
    machine.opened(hello: [], at: .zero, wall: .epoch)
    _ = machine.receive(welcome(), at: .zero, wall: .epoch)
    machine.sent(Self.place, through: 10, records: 10, at: .zero)
    _ = machine.receive(.acknowledged(Self.position, serverTime: .epoch), at: .zero, wall: .epoch)
    #expect(machine.batchRecords == 100)
  }

  @Test func silenceIsGivenUp() {
    var machine = UplinkMachine()
    _ = machine.connect(at: .zero)
    #expect(machine.overdue(at: .seconds(20)) == nil)
    #expect(machine.overdue(at: .seconds(21))?.code == "uplink-no-welcome")
    machine = streaming()
    #expect(machine.overdue(at: .seconds(900)) == nil, "nothing is under way")
    machine.sent(Self.place, through: 10, records: 10, at: .seconds(1))
    machine.sent(Self.place, through: 20, records: 10, at: .seconds(1))
    #expect(machine.overdue(at: .seconds(32))?.code == "uplink-no-acknowledgement")
    _ = machine.receive(.acknowledged(Self.position, serverTime: .epoch), at: .seconds(30), wall: .epoch)
    #expect(machine.overdue(at: .seconds(60)) == nil)
    #expect(machine.overdue(at: .seconds(61)) != nil)
  }

  @Test func theClocksOffsetIsLearned() {
    var machine = UplinkMachine()
    machine.opened(hello: [], at: .zero, wall: FakeClock.start)
    let server = FakeClock.start.advanced(by: .seconds(86_400))
    // Two seconds there and back: the collector wrote it half way.
    _ = machine.receive(welcome(time: server), at: .seconds(2), wall: FakeClock.start.advanced(by: .seconds(2)))
    #expect(machine.clockOffset == .seconds(86_399))
    #expect(machine.isSkewed(beyond: .seconds(5)))
    let acknowledged = CollectorInput.acknowledged(Self.position, serverTime: FakeClock.start)
    _ = machine.receive(acknowledged, at: .seconds(3), wall: FakeClock.start)
    #expect(!machine.isSkewed(beyond: .seconds(5)))
  }

  @Test func heartbeatsKeepTheirTime() {
    var machine = UplinkMachine()
    let early = machine.takeHeartbeat(at: .seconds(99))
    #expect(!early)
    machine = streaming()
    let beats = stride(from: 0, through: 90, by: 10).filter { machine.takeHeartbeat(at: .seconds($0)) }
    #expect(beats == [0, 30, 60, 90])
  }
}
