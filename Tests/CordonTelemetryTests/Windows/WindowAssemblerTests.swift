import CordonCore
import CordonTelemetry
import CordonTestSupport
import Testing

@Suite struct WindowAssemblerTests {
  static let host = EntityRef(kind: .host, label: "ws-17")
  static let user = EntityRef(kind: .user, keyEpoch: 1, pseudonym: [UInt8](repeating: 3, count: 16))
  /// The beginning of a minute.
  static let start = FakeClock.start

  static func at(_ seconds: Double) -> Timestamp { start.advanced(by: .milliseconds(Int64(seconds * 1000))) }

  static func count(_ windows: inout WindowAssembler, _ event: Double, now: Double? = nil, burst: Bool = false) {
    windows.add(host, schema: .hostAtHost, at: at(event), now: at(now ?? event)) { window in
      window.add(at: 0)
      if burst { window.countBurst() }
    }
  }

  @Test func `a window closes once the watermark passes its end, and not before`() {
    var windows = WindowAssembler()
    Self.count(&windows, 1)
    Self.count(&windows, 59.9)
    Self.count(&windows, 60)
    #expect(windows.advance(to: Self.at(61)).isEmpty)
    Self.count(&windows, 64.9)
    #expect(windows.advance(to: Self.at(64.9)).isEmpty)
    Self.count(&windows, 65)
    let closed = windows.advance(to: Self.at(65))
    #expect(closed.count == 1)
    #expect(closed.first?.start == Self.start)
    #expect(closed.first?.observations == 2)
    #expect(closed.first?.features[0] == 2)
    #expect(closed.first?.isPartial == false)
  }

  @Test func `an idle family's watermark follows the wall clock`() {
    var windows = WindowAssembler()
    Self.count(&windows, 1)
    #expect(windows.advance(to: Self.at(69.9)).isEmpty)
    #expect(windows.advance(to: Self.at(70)).count == 1)
    #expect(windows.advance(to: Self.at(1000)).isEmpty)
  }

  @Test func `what comes within the lateness counts, what comes after is counted as late`() {
    var windows = WindowAssembler()
    Self.count(&windows, 10)
    Self.count(&windows, 64)
    _ = windows.advance(to: Self.at(64))
    Self.count(&windows, 59, now: 64)
    Self.count(&windows, 65)
    #expect(windows.advance(to: Self.at(65)).first?.observations == 2)
    Self.count(&windows, 58, now: 66)
    #expect(windows.counters.late == 1)
    let next = windows.finish()
    #expect(next.first?.late == 1)
    #expect(next.first?.start == Self.at(60))
  }

  @Test func `what may be late counts in the earliest window that is open`() throws {
    var windows = WindowAssembler()
    Self.count(&windows, 300)
    _ = windows.advance(to: Self.at(300))
    for (moment, grace) in [(200.0, 60), (200, 120), (295, 0)] {
      windows.add(
        Self.host, schema: .hostAtHost, at: Self.at(moment), now: Self.at(301), grace: .seconds(grace)
      ) { $0.add(at: 0) }
    }
    #expect(windows.counters.late == 1)
    let closed = windows.finish()
    #expect(closed.map(\.start) == [Self.at(240), Self.at(300)])
    #expect(closed.map { $0.features[0] } == [2, 1], "the second of the three, and the third, which is not late")
  }

  @Test func `how late the last came is told`() {
    var windows = WindowAssembler()
    Self.count(&windows, 10, now: 14.5)
    #expect(windows.finish().first?.lag == 4500)
  }

  @Test func `a burst closes early, its parts add up, and their number is bounded`() {
    var windows = WindowAssembler(settings: WindowSettings(burst: 5))
    for _ in 0..<100 { Self.count(&windows, 10, burst: true) }
    let closed = windows.advance(to: Self.at(10)) + windows.finish()
    #expect(closed.count == Int(WindowAssembler.partLimit))
    #expect(closed.map(\.part) == Array(0..<WindowAssembler.partLimit))
    #expect(closed.map(\.isEarly) == [Bool](repeating: true, count: 7) + [false])
    #expect(closed.reduce(0) { $0 + $1.observations } == 100)
    #expect(closed.first?.observations == 5)
  }

  @Test func `nothing after an early part makes no empty window`() {
    var windows = WindowAssembler(settings: WindowSettings(burst: 5))
    for _ in 0..<5 { Self.count(&windows, 10, burst: true) }
    #expect((windows.advance(to: Self.at(10)) + windows.finish()).count == 1)
  }

  @Test func `a time far ahead is taken for the wall clock's and moves no watermark`() {
    var windows = WindowAssembler()
    Self.count(&windows, 1e6, now: 10)
    Self.count(&windows, 12)
    #expect(windows.counters.ahead == 1)
    let closed = windows.finish()
    #expect(closed.count == 1)
    #expect(closed.first?.observations == 2)
  }

  @Test(arguments: [Int64.min, -1, 0, .max]) func `no time traps`(milliseconds: Int64) {
    var windows = WindowAssembler()
    for now in [Timestamp.epoch, Self.start] {
      windows.add(Self.host, schema: .hostAtHost, at: Timestamp(milliseconds: milliseconds), now: now) { $0.add(at: 0) }
      _ = windows.advance(to: now)
    }
    _ = windows.finish()
  }

  @Test func `a clock set back closes everything and goes on`() {
    var windows = WindowAssembler()
    Self.count(&windows, 7200)
    _ = windows.advance(to: Self.at(7200))
    #expect(windows.advance(to: Self.at(0)).count == 1)
    #expect(windows.counters.clockSteps == 1)
    Self.count(&windows, 1)
    #expect(windows.finish().first?.start == Self.start)
  }

  @Test func `past the limit of open windows observations are dropped and counted`() {
    var windows = WindowAssembler()
    func add(_ number: Int) {
      windows.add(
        EntityRef(kind: .host, label: "h\(number)"), schema: .hostAtHost, at: Self.start, now: Self.start
      ) { $0.add(at: 0) }
    }
    for number in 0..<WindowAssembler.openLimit { add(number) }
    #expect(windows.counters.overflow == 0)
    add(WindowAssembler.openLimit)
    #expect(windows.counters.overflow == 1)
    add(0)
    #expect(windows.counters.overflow == 1)
    #expect(windows.finish().count == WindowAssembler.openLimit)
  }

  @Test func `a user's window is part of a person's, a skewed clock is marked`() {
    var windows = WindowAssembler()
    windows.isSkewed = true
    windows.add(Self.user, schema: .userAtHost, at: Self.start, now: Self.start) { $0.count(7, at: 1) }
    let window = windows.finish().first
    #expect(window?.isPartial == true)
    #expect(window?.isSkewed == true)
    #expect(window?.sketches.map(\.feature) == [202])
    #expect(abs((window?.features[1] ?? 0) - 1) < 0.01)
  }

  /// Beside a plain model: whatever the order within the lateness, every observation is in exactly one window.
  @Test(arguments: UInt64(1)...20) func `windows hold what a dictionary would`(seed: UInt64) {
    var randomness = SeededRandomness(seed: seed)
    var windows = WindowAssembler()
    var model: [Int64: UInt32] = [:]
    var closed: [EntityWindow] = []
    var base = 0.0
    for _ in 0..<2000 {
      base += Double.random(in: 0...1, using: &randomness)
      let event = max(0, base - Double.random(in: 0...4.9, using: &randomness))
      Self.count(&windows, event, now: base)
      model[Int64(Self.at(event).milliseconds) / 60_000 * 60_000, default: 0] += 1
      if Int.random(in: 0..<10, using: &randomness) == 0 { closed += windows.advance(to: Self.at(base)) }
    }
    closed += windows.finish()
    #expect(windows.counters.late == 0, "seed \(seed)")
    var found: [Int64: UInt32] = [:]
    for window in closed { found[window.start.milliseconds, default: 0] += window.observations }
    #expect(found == model, "seed \(seed)")
    #expect(closed.count == model.count)
  }

  /// A night's export of a trail: what came before it was long ago, by the wall clock.
  @Test func `a family that closes when idle cuts a late file in its own time`() {
    var windows = WindowAssembler(settings: WindowSettings(lateness: .seconds(120), idle: .closes))
    #expect(windows.advance(to: Self.at(0)).isEmpty)
    Self.count(&windows, 10)
    #expect(windows.advance(to: Self.at(179)).isEmpty)
    #expect(windows.advance(to: Self.at(180)).count == 1)
    // A day later the next minutes of the same day come.
    let day = 86_400.0
    for second in stride(from: 60.0, to: 600, by: 30) { Self.count(&windows, second, now: day) }
    let closed = windows.advance(to: Self.at(day)) + windows.advance(to: Self.at(day + 120))
    #expect(closed.map(\.start) == (1...9).map { Self.at(Double($0) * 60) })
    #expect(closed.allSatisfy { $0.observations == 2 && $0.lag > 85_000_000 })
    #expect(windows.counters.late == 0)
    // What belongs to a minute that was closed is late, as ever.
    Self.count(&windows, 20, now: day + 200)
    #expect(windows.counters.late == 1)
  }
}
