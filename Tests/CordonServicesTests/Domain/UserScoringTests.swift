import CordonCollector
import CordonCore
import CordonLearning
import CordonStore
import CordonTestSupport
import Synchronization
import Testing

@Suite struct UserScoringTests {
  private static let schema = FeatureSchema.userAtHost

  /// Six ordinary minutes a day of some users.
  private static func history(users: UInt8, days: Int, from first: Timestamp) -> [EntityWindow] {
    var randomness = SeededRandomness(seed: 3)
    return (0..<days).flatMap { day in
      (0..<6).flatMap { hour in
        (1...users).map { user in
          TestCollector.userWindow(
            TestCollector.user(user),
            at: first.advanced(by: .seconds(Int64(day) * 86_400 + Int64(9 + hour) * 3600)),
            starts: Float(Int.random(in: 20...60, using: &randomness)),
            files: Float(Int.random(in: 0...20, using: &randomness)))
        }
      }
    }
  }

  /// A window's counts over so many machines, in parts that add up.
  private static func parts(_ window: EntityWindow, over machines: Int) -> [EntityWindow] {
    (0..<machines).map { index in
      var part = window
      part.features = window.features.map { value in
        let share = (value / Float(machines)).rounded(.down)
        return index == 0 ? value - share * Float(machines - 1) : share
      }
      return part
    }
  }

  /// Scores a history that so many machines saw; the daily maxima and the detections that came of it.
  private static func scored(
    _ windows: [EntityWindow], machines count: Int
  ) async throws -> (maxima: [DailyScore], detections: Int) {
    let result = Mutex<(maxima: [DailyScore], detections: Int)?>(nil)
    try await TestCollector.with { collector in
      var machines: [TestMachine] = []
      for number in 0..<count { machines.append(try await collector.enrol("ws-\(number)")) }
      let split = windows.map { parts($0, over: count) }
      for (number, machine) in machines.enumerated() {
        try await collector.bring(split.map { .window($0[number]) }, of: machine, lane: .window)
      }
      try await collector.settle()
      let maxima = try await collector.domain.context.store.dailyScores(schema: schema.id, model: 0, from: .min)
      let detections = try await collector.domain.casebook.detections(since: .epoch, most: 100).count
      result.withLock { $0 = (maxima, detections) }
    }
    return try #require(result.withLock { $0 })
  }

  @Test func `one user over twenty machines scores as over one`() async throws {
    let first = FakeClock.start.advanced(by: .seconds(-13 * 86_400))
    let windows = Self.history(users: 2, days: 12, from: first)
    let one = try await Self.scored(windows, machines: 1)
    let twenty = try await Self.scored(windows, machines: 20)
    // Sixty windows make a user mature: ten days, that count for nothing.
    #expect(one.maxima.count == 2 * 2 * Scale.allCases.count)
    #expect(one.maxima == twenty.maxima)
  }

  @Test func `a user who does what nobody does is an incident, in words`() async throws {
    try await TestCollector.with { collector in
      try await collector.apply(collector.policy(serial: 1))
      let machine = try await collector.enrol("ws-1")
      let first = collector.clock.now.advanced(by: .seconds(-16 * 86_400))
      let history = Self.history(users: 20, days: 15, from: first)
      try await collector.bring(history.map { .window($0) }, of: machine, lane: .window)
      try await collector.settle()
      let strange = TestCollector.userWindow(
        TestCollector.user(7), at: collector.clock.now.advanced(by: .seconds(-120)), starts: 4_000, files: 9_000)
      try await collector.bring([.window(strange)], of: machine, lane: .window)
      try await collector.settle()
      let detections = try await collector.domain.casebook.detections(since: .epoch, most: 10).map(\.stored)
        .filter {
          $0.detection.entities.first?.entity == TestCollector.user(7) && $0.detection.eventTime == strange.start
        }
      let found = try #require(detections.first?.detection)
      #expect(found.kind == .behaviour && found.rule == UnusualBehaviour.rule)
      #expect(found.summary.contains("files written and closed, usually "), "\(found.summary)")
      #expect(found.evidence.first?.usual != nil)
      #expect(detections.first?.incident != nil)
      // Later parts are in the window, and score it no second time.
      let before = try await collector.domain.context.store.dailyScores(schema: 2, model: 0, from: .min)
      try await collector.bring([.window(strange)], of: machine, lane: .window)
      try await collector.settle()
      #expect(try await collector.domain.context.store.dailyScores(schema: 2, model: 0, from: .min) == before)
      let line = try #require(try await collector.domain.status.status().learning.first { $0.schema == "user@host" })
      #expect(line.entities == 20 && line.alerts >= 1 && line.low <= line.high)
    }
  }

  @Test func `users together alert so often a day, and what is over is told with the next, over a restart as well`()
    async throws
  {
    try await TestCollector.with { collector in
      try await collector.apply(collector.policy(serial: 1) { $0.dailyAlerts = 4 })
      let machines = [try await collector.enrol("ws-1"), try await collector.enrol("ws-2")]
      let first = collector.clock.now.advanced(by: .seconds(-16 * 86_400))
      let history = Self.history(users: 20, days: 15, from: first)
      try await collector.bring(history.map { .window($0) }, of: machines[0], lane: .window)
      try await collector.settle()
      let detections = { @Sendable () async throws -> [Detection] in
        try await collector.domain.casebook.detections(since: .epoch, most: 100).map(\.stored.detection)
      }
      let usual = try await detections().count
      // Ever stranger: what was alerted before is in the next thresholds.
      func strange(_ user: UInt8, _ collector: TestCollector) async throws {
        let times = Float(1 << (2 * Int(user)))
        let window = TestCollector.userWindow(
          TestCollector.user(user), at: collector.clock.now.advanced(by: .seconds(-120)), starts: 100 * times,
          files: 1_000 * times)
        try await collector.bring([.window(window)], of: machines[Int(user % 2)], lane: .window)
        try await collector.settle()
      }
      collector.clock.advance(by: .seconds(86_400))
      for user in 3...8 { try await strange(UInt8(user), collector) }
      #expect(try await detections().count == usual + 4)
      let again = try await TestCollector.open(
        collector.folder, clock: collector.clock, site: collector.site, identity: collector.identity,
        clara: collector.clara)
      try await again.domain.cases.restore()
      try await strange(9, again)
      #expect(try await detections().count == usual + 4)
      again.clock.advance(by: .seconds(86_400))
      try await strange(10, again)
      let newest = try #require(try await detections().first)
      #expect(newest.entities.first?.entity == TestCollector.user(10) && newest.folded >= 3, "\(newest)")
    }
  }

  /// A machine in foreign hands invents what users do, beside what others see of them.
  @Test func `what one machine forges silences nobody whom others see`() async throws {
    try await TestCollector.with { collector in
      try await collector.apply(collector.policy(serial: 1) { $0.dailyAlerts = 4 })
      let (honest, forger) = (try await collector.enrol("ws-1"), try await collector.enrol("ws-2"))
      let first = collector.clock.now.advanced(by: .seconds(-16 * 86_400))
      try await collector.bring(
        Self.history(users: 20, days: 15, from: first).map { .window($0) }, of: honest, lane: .window)
      try await collector.settle()
      collector.clock.advance(by: .seconds(86_400))
      func window(_ user: UInt8, times: Float) -> Record {
        .window(
          TestCollector.userWindow(
            TestCollector.user(user), at: collector.clock.now.advanced(by: .seconds(-120)), starts: 20 * times,
            files: 10 * times))
      }
      let alerted = { @Sendable () async throws -> [EntityRef?] in
        try await collector.domain.casebook.detections(since: .epoch, most: 100).map(\.stored.detection)
          .filter { $0.kind == .behaviour && $0.eventTime > collector.clock.now.advanced(by: .seconds(-3600)) }
          .map { $0.entities.first?.entity }
      }
      // The honest machine sees these users do what is usual, the forger adds to it.
      for user in 3...8 as ClosedRange<UInt8> {
        let times = 100 * Float(user) * Float(user)
        try await collector.bring([window(user, times: 1)], of: honest, lane: .window)
        try await collector.bring([window(user, times: times)], of: forger, lane: .window)
        try await collector.settle()
      }
      #expect(try await alerted().count == 2)
      try await collector.bring([window(9, times: 100_000)], of: honest, lane: .window)
      try await collector.settle()
      #expect(try await alerted().contains(TestCollector.user(9)))
    }
  }

  /// An agent says when a window was, and clocks run ahead.
  @Test func `alerts of a day that is yet to come use up no later day's`() async throws {
    try await TestCollector.with { collector in
      try await collector.apply(collector.policy(serial: 1) { $0.dailyAlerts = 4 })
      let machine = try await collector.enrol("ws-1")
      let first = collector.clock.now.advanced(by: .seconds(-16 * 86_400))
      try await collector.bring(
        Self.history(users: 20, days: 15, from: first).map { .window($0) }, of: machine, lane: .window)
      try await collector.settle()
      func strange(_ user: UInt8, in time: Duration) async throws {
        let window = TestCollector.userWindow(
          TestCollector.user(user), at: collector.clock.now.advanced(by: time),
          starts: 1_000 * Float(user) * Float(user), files: 10_000 * Float(user) * Float(user))
        try await collector.bring([.window(window)], of: machine, lane: .window)
        try await collector.settle()
      }
      collector.clock.advance(by: .seconds(86_400))
      for user in 3...8 { try await strange(UInt8(user), in: .seconds(86_400)) }
      collector.clock.advance(by: .seconds(86_400))
      try await strange(9, in: .seconds(-120))
      let found = try await collector.domain.casebook.detections(since: .epoch, most: 100).map(\.stored.detection)
      let last = try #require(
        found.first { $0.kind == .behaviour && $0.entities.first?.entity == TestCollector.user(9) })
      #expect(last.folded >= 2)
    }
  }

  @Test func `with too few days nobody is alerted, and status says until when`() async throws {
    try await TestCollector.with { collector in
      try await collector.apply(collector.policy(serial: 1) { $0.dailyAlerts = 0.4 })
      let machine = try await collector.enrol("ws-1")
      let first = collector.clock.now.advanced(by: .seconds(-2 * 86_400))
      var windows = Self.history(users: 2, days: 1, from: first)
      windows.append(
        TestCollector.userWindow(TestCollector.user(1), at: first.advanced(by: .seconds(100_000)), starts: 90_000))
      try await collector.bring(windows.map { .window($0) }, of: machine, lane: .window)
      try await collector.settle()
      #expect(try await collector.domain.casebook.detections(since: .epoch, most: 10).isEmpty)
      let line = try #require(try await collector.domain.status.status().learning.first { $0.schema == "user@host" })
      #expect(line.silentScales.count == Scale.allCases.count)
      let until = try #require(line.learningUntil)
      #expect(until > collector.clock.now && until < collector.clock.now.advanced(by: .seconds(30 * 86_400)))
      #expect(try #require(line.leastBudget) > 0.4)
    }
  }
}

extension TestCollector {
  /// Takes up and scores what came, once every lateness has passed, and places what follows.
  func settle() async throws {
    try await domain.users.tick()
    clock.advance(by: .seconds(120))
    try await domain.users.tick()
    while try await domain.cases.workOnce() {}
  }
}
