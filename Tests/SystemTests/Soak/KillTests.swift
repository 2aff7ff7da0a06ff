import CordonCore
import CordonTestSupport
import Foundation
import Glibc
import Testing

/// The real programs under load, killed without warning again and again.
@Suite(.serialized, .timeLimit(.minutes(5))) struct KillTests {
  private static let environment = ProcessInfo.processInfo.environment
  /// A minute under `CORDON_SOAK=1`, as CI runs it.
  private static let duration = Duration.seconds(environment["CORDON_SOAK"] == "1" ? 60 : 15)
  private static let agents = ["load-1", "load-2"]

  /// Whoever dies when, every record that a spool called durable is stored, once, and every number is accounted for.
  @Test func everyRecordIsStoredOnce() async throws {
    let seed = Self.environment["CORDON_SEED"].flatMap(UInt64.init) ?? UInt64.random(in: 0...999_999)
    print("KillTests: CORDON_SEED=\(seed), \(Self.duration)")
    var randomness = SeededRandomness(seed: seed)
    try await withTemporaryFolder { folder in
      let site = try await SystemSite(in: folder)
      try await site.startCollector()
      var loads: [LoadedAgent] = []
      for label in Self.agents {
        _ = try await site.enrol(label)
        loads.append(try LoadedAgent(label, of: site, rate: 300))
      }
      var kills = [0, 0, 0]
      let end = ContinuousClock.now + Self.duration
      while ContinuousClock.now < end {
        try await Task.sleep(for: .milliseconds(Int.random(in: 100...1_500, using: &randomness)))
        let victim = Int.random(in: 0..<3, using: &randomness)
        let pause = Duration.milliseconds(Int.random(in: 0...400, using: &randomness))
        kills[victim] += 1
        if victim == 2 {
          await site.crashCollector()
          try await Task.sleep(for: pause)
          try site.launchCollector()
        } else {
          try await loads[victim].crashAndContinue(after: pause)
        }
      }
      for load in loads {
        // One that was started a moment ago may not listen to the signal yet, and is ended by it.
        let ending = await load.stop()
        #expect([0, SIGTERM].contains(ending), "\(load.said.suffix(2_000))")
      }
      await site.crashCollector()
      try await site.startCollector()
      for load in loads { #expect(try await load.drain(in: .seconds(60)), "\(load.said.suffix(2_000))") }
      #expect(await site.stopCollector() == 0)

      let stored = try StoredNumbers(in: site)
      print(
        "KillTests: killed agents \(kills[0]) and \(kills[1]) times, the collector \(kills[2]); \(stored.count) stored")
      #expect(stored.faults == [])
      for load in loads {
        let journal = try load.journaled()
        #expect(journal.count > 1_000)
        let missing = journal.subtracting(stored.numbers[load.label] ?? [])
        #expect(
          missing.isEmpty, "\(load.label): \(missing.count) of \(journal.count) are missing, \(missing.prefix(5))")
      }
    }
  }
}
