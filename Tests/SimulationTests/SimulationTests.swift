import CordonCore
import CordonTestSupport
import Glibc
import Testing

/// Exactly-once under faults: agents and a collector in simulated time.
///
/// `CORDON_SEED=n` runs one seed, `CORDON_SEEDS=n` so many instead of 1,000.
@Suite struct SimulationTests {
  static let directives = try? ScriptedDirectives()

  @Test func everyRecordIsStoredOnceOrItsLossHasACause() throws {
    let directives = try #require(Self.directives)
    var wrong = 0
    var events = 0
    for seed in Self.seeds {
      let simulation = Simulation(seed: seed, directives: directives)
      let faults = simulation.run()
      events += simulation.events
      guard !faults.isEmpty else { continue }
      wrong += 1
      Issue.record("CORDON_SEED=\(seed): \(faults.prefix(5).joined(separator: "\n"))")
      if wrong == 5 { break }
    }
    print("simulation: \(Self.seeds.count) seeds, \(events) events, \(wrong) wrong")
  }

  @Test func aSeedReplaysExactly() throws {
    let directives = try #require(Self.directives)
    for seed in 1...5 as ClosedRange<UInt64> {
      let first = Simulation(seed: seed, directives: directives)
      let second = Simulation(seed: seed, directives: directives)
      #expect(first.run() == second.run())
      #expect(first.digest == second.digest)
      #expect(first.events == second.events)
    }
    let other = Simulation(seed: 6, directives: directives)
    let another = Simulation(seed: 7, directives: directives)
    _ = (other.run(), another.run())
    #expect(other.digest != another.digest)
  }

  /// A simulation in which nothing happens would find nothing.
  @Test func theFaultsReallyHappen() throws {
    let directives = try #require(Self.directives)
    var seen: Set<String> = []
    for seed in 1...60 as ClosedRange<UInt64> {
      let simulation = Simulation(seed: seed, directives: directives)
      _ = simulation.run()
      for gap in simulation.collector.store.gaps.values.joined() { seen.insert("\(gap.cause)") }
      if simulation.oracle.fates.values.contains(where: \.wasReverted) { seen.insert("reverted") }
      if simulation.oracle.fates.values.contains(where: \.wasLostByCollector) { seen.insert("lost by the collector") }
      if simulation.oracle.turnedAway > 0 { seen.insert("turned away") }
      if simulation.outbound.contains(where: { !$0.isGenuine }) { seen.insert("forged") }
      if simulation.agents.contains(where: { !$0.disk.contents.aside.isEmpty }) { seen.insert("set aside") }
    }
    let expected: Set = [
      "spoolOverflow", "refused", "collectorRestored", "reverted", "lost by the collector", "turned away", "forged",
      "set aside",
    ]
    #expect(expected.subtracting(seen) == [])
  }

  static var seeds: ClosedRange<UInt64> {
    if let one = number("CORDON_SEED") { return one...one }
    return 1...max(1, number("CORDON_SEEDS") ?? 1_000)
  }

  private static func number(_ name: String) -> UInt64? {
    getenv(name).flatMap { UInt64(String(cString: $0)) }
  }
}
