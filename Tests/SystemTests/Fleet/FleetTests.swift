import CordonCore
import CordonTestSupport
import Foundation
import Glibc
import Testing

/// Agents, collector and operator as the real programs, through what a site lives through.
@Suite(
  .serialized, .timeLimit(.minutes(10)),
  .enabled(if: getuid() == 0, "skipped: the agent reads the kernel's records, which takes root"))
struct FleetTests {
  /// Nobody touches the agent: it learns of the new root over its own stream, and follows its collector under it.
  @Test func theCARollsWithNobodyTouchingAnAgent() async throws {
    try await withTemporaryFolder { folder in
      let site = try await SystemSite(in: folder)
      try await site.startCollector()
      let agent = try await LiveAgent("ws-1", of: site)
      try agent.start()
      #expect(try await within(.seconds(60)) { try await site.isConnected("ws-1") }, "\(agent.said.suffix(2_000))")

      let added = try await site.cordon(["trust", "add-root", "--output", "json"])
      let root = try #require(added.firstMatch(of: /"root": "(ca-root-[0-9a-f]+)"/)?.output.1)
      let kept = "\(folder)/ws-1/keeper/trust.envelope"
      #expect(
        await within(.seconds(30)) { FileManager.default.fileExists(atPath: kept) }, "\(agent.said.suffix(2_000))")

      await site.stopCollector()
      try await site.grantAgain(root: String(root))
      try await site.startCollector()
      #expect(
        try await within(.seconds(90)) { try await site.isConnected("ws-1") },
        "the agent does not trust its collector under the new root: \(agent.said.suffix(3_000))")
      let shown = try await site.cordon(["trust", "show"])
      #expect(shown.contains("agents behind"))
      await agent.stop()
      await site.stopCollector()
    }
  }

  /// Two machines with one identity: both are shut out, and the collector says so.
  @Test func aClonedIdentityIsQuarantined() async throws {
    try await withTemporaryFolder { folder in
      let site = try await SystemSite(in: folder)
      try await site.startCollector()
      let agent = try await LiveAgent("ws-1", of: site)
      let clone = try await LiveAgent(copyOf: agent, as: "copied-disk")
      try agent.start()
      #expect(try await within(.seconds(60)) { try await site.isConnected("ws-1") }, "\(agent.said.suffix(2_000))")
      try clone.start()
      let isQuarantined = try await within(.seconds(120)) {
        try await site.agent("ws-1")["state"] as? String == "quarantined"
      }
      let seen = try await site.agent("ws-1")
      #expect(isQuarantined, "\(seen)")
      #expect(try await within(.seconds(30)) { try await !site.isConnected("ws-1") })
      await clone.stop()
      await agent.stop()
      await site.stopCollector()
    }
  }

  /// An agent that dies without a word is a detection within three heartbeats.
  @Test func aSilentAgentIsDetected() async throws {
    try await withTemporaryFolder { folder in
      let site = try await SystemSite(in: folder)
      try await site.startCollector()
      let agent = try await LiveAgent("ws-1", of: site)
      try await site.apply("name: quick\ntime_zone: UTC\nheartbeat: 5s\n")
      try agent.start()
      let follows = try await within(.seconds(60)) {
        let seen = try await site.agent("ws-1")
        return seen["connected"] as? Bool == true && seen["policy_serial"] as? Int == 1
      }
      #expect(follows, "\(agent.said.suffix(2_000))")
      // Its first heartbeat under that policy.
      try await Task.sleep(for: .seconds(6))
      #expect(try await site.list("detection", "list").isEmpty)
      let killed = ContinuousClock.now
      await agent.crash()
      let isDetected = try await within(.seconds(60)) {
        try await site.list("detection", "list").contains { $0["rule"] as? String == "agent-silent" }
      }
      #expect(isDetected)
      print("FleetTests: a killed agent was detected after \(ContinuousClock.now - killed)")
      #expect(ContinuousClock.now - killed < .seconds(3 * 5 + 10), "three heartbeats, and the time to look")
      await site.stopCollector()
    }
  }

  /// No operator and no reflex: the collector's key, within what a signed policy lets it do.
  @Test func aStandingOrderContainsWithoutAnOperator() async throws {
    try await withTemporaryFolder { folder in
      let site = try await SystemSite(in: folder)
      try await site.startCollector()
      let agent = try await LiveAgent("ws-1", of: site)
      let files = "\(folder)/files"
      try FileManager.default.createDirectory(atPath: files, withIntermediateDirectories: true)
      try await site.apply(
        """
        name: standing
        time_zone: UTC
        heartbeat: 5s
        sensors: {file: {paths: [\(files)]}}
        tripwires: {burst: {files: 12, within: 60s}}
        containment:
          enabled: true
          standing: {enabled: true, lease: 60s, budgets: {suspend-process: 2}}
        interlock: {hosts: [{label: ws-1, criticality: administrative}]}

        """)
      try agent.start()
      let follows = try await within(.seconds(60)) { try await site.agent("ws-1")["policy_serial"] as? Int == 1 }
      #expect(follows, "\(agent.said.suffix(2_000))")
      let attack = try ChildProgram(
        "/usr/bin/python3",
        [
          "-c",
          """
          import os, sys, time
          for number in range(2000):
            with open(f"{sys.argv[1]}/{number % 50}.doc", "wb") as file: file.write(os.urandom(20000))
            time.sleep(0.05)
          """, files,
        ], log: "\(folder)/attack.log")
      let isHeld = try await within(.seconds(90)) {
        try await site.list("command", "list").contains { command in
          command["state"] as? String == "held" && (command["proposed_by"] as? String)?.hasPrefix("collector/") == true
        }
      }
      let commands = try await site.list("command", "list")
      #expect(isHeld, "\(commands) \(agent.said.suffix(2_000))")
      attack.signal(SIGKILL)
      await agent.stop()
      await site.stopCollector()
    }
  }
}
