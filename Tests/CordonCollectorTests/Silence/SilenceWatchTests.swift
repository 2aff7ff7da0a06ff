import CordonCore
import Testing

@testable import CordonCollector

@Suite struct SilenceWatchTests {
  private let start = Samples.start
  private let heartbeat = Duration.seconds(10)

  /// Ticks until `end`; the directives with the times at which they came.
  private func run(_ watch: inout SilenceWatch, until end: Duration) -> [(Duration, SilenceWatch.Directive)] {
    var found: [(Duration, SilenceWatch.Directive)] = []
    var at = Duration.zero
    while at <= end {
      found += watch.tick(at: start.advanced(by: at)).map { (at, $0) }
      at += watch.tickInterval
    }
    return found
  }

  @Test func anAgentIsCalledSilentOnceWithinThreeHeartbeats() throws {
    var watch = SilenceWatch(heartbeat: heartbeat)
    let agent = try Samples.agent(1)
    watch.watch(agent, since: start)
    let found = run(&watch, until: .seconds(100))
    #expect(found.count == 1)
    #expect(found.first?.1 == .silent(agent, since: start))
    #expect(found.first.map { $0.0 <= heartbeat * 3 && $0.0 > heartbeat * 2 } == true)
  }

  @Test func whoeverSpeaksInTimeIsNotSilent() throws {
    var watch = SilenceWatch(heartbeat: heartbeat)
    let agent = try Samples.agent(1)
    watch.watch(agent, since: start)
    for second in stride(from: 0, to: 200, by: 10) {
      let now = start.advanced(by: .seconds(second))
      let heard = watch.heard(agent, at: now)
      let found = watch.tick(at: now.advanced(by: .seconds(9)))
      #expect(heard == nil)
      #expect(found.isEmpty)
    }
  }

  @Test func aSilentAgentRecoversAndMayFallSilentAgain() throws {
    var watch = SilenceWatch(heartbeat: heartbeat)
    let agent = try Samples.agent(1)
    watch.watch(agent, since: start)
    _ = run(&watch, until: .seconds(40))
    #expect(watch.silentCount == 1)
    let back = start.advanced(by: .seconds(60))
    let heard = watch.heard(agent, at: back)
    #expect(heard == .recovered(agent, silentFor: .seconds(60)))
    #expect(watch.silentCount == 0)
    let again = watch.tick(at: back.advanced(by: .seconds(30)))
    #expect(again == [.silent(agent, since: back)])
  }

  @Test func whatIsToldTwiceWakesNobody() throws {
    var watch = SilenceWatch(heartbeat: heartbeat)
    let agent = try Samples.agent(1)
    watch.watch(agent, since: start)
    _ = run(&watch, until: .seconds(40))
    let heard = watch.heard(agent, at: start)
    let again = watch.tick(at: start.advanced(by: .seconds(50)))
    #expect(heard == nil)
    #expect(again.isEmpty)
  }

  @Test func aSegmentThatDropsIsOneDetection() throws {
    var watch = SilenceWatch(heartbeat: heartbeat)
    // Their last heartbeats lie anywhere within one interval.
    for number in 0..<6 {
      watch.watch(try Samples.agent(number), since: start.advanced(by: .milliseconds(number * 1_800)))
    }
    let found = run(&watch, until: .seconds(100))
    #expect(found.count == 1)
    guard case .manySilent(let agents, let since) = found.first?.1 else {
      Issue.record("not folded: \(found)")
      return
    }
    #expect(agents.count == 6)
    #expect(since == start)
    #expect(found[0].0 <= heartbeat * 3)
  }

  @Test(arguments: [(4, 100, false), (5, 100, true), (9, 200, false), (10, 200, true)])
  func foldsFromFiveOrOneInTwenty(silent: Int, all: Int, isFolded: Bool) throws {
    var watch = SilenceWatch(heartbeat: heartbeat)
    for number in 0..<all { watch.watch(try Samples.agent(number), since: start) }
    let now = start.advanced(by: .seconds(28))
    for number in silent..<all { _ = watch.heard(try Samples.agent(number), at: now) }
    let found = watch.tick(at: now)
    #expect(found.count == (isFolded ? 1 : silent))
  }

  @Test func aForgottenAgentIsNotMissed() throws {
    var watch = SilenceWatch(heartbeat: heartbeat)
    let agent = try Samples.agent(1)
    watch.watch(agent, since: start)
    watch.forget(agent)
    let found = run(&watch, until: .seconds(100))
    #expect(found.isEmpty)
  }

  @Test func anAgentRestoredAsSilentIsNotReportedTwice() throws {
    var watch = SilenceWatch(heartbeat: heartbeat)
    let agent = try Samples.agent(1)
    watch.watch(agent, since: start, isSilent: true)
    let found = run(&watch, until: .seconds(100))
    let heard = watch.heard(agent, at: start.advanced(by: .seconds(200)))
    #expect(found.isEmpty)
    #expect(heard != nil)
  }
}
