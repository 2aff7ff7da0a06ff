import CordonTestSupport
import Foundation
import Glibc
import Testing

/// SIGHUP to the real programs: what can change changes, what cannot says so, and a mistake changes nothing.
@Suite(.serialized, .timeLimit(.minutes(2))) struct ReloadTests {
  private static func write(_ lines: [String], to path: String) throws {
    try (lines.joined(separator: "\n") + "\n").write(toFile: path, atomically: true, encoding: .utf8)
  }

  /// The next line of a log that says how a reload went.
  private static func answer(_ program: ChildProgram, after seen: inout Int) async throws -> String {
    var lines: [Substring] = []
    let count = seen
    _ = await within(.seconds(15)) {
      lines = program.said.split(separator: "\n").filter { $0.contains("configuration ") && $0.contains("reloaded") }
      return lines.count > count
    }
    seen = lines.count
    return try String(#require(lines.last))
  }

  @Test func theCollectorReloads() async throws {
    try await withTemporaryFolder { folder in
      let site = try await SystemSite(in: folder)
      let file = "\(folder)/collector.conf"
      try Self.write([], to: file)
      try await site.startCollector(configuration: file)
      let collector = try #require(site.collector)
      var seen = 0

      try Self.write(["CORDON_INGEST_RECORDS_PER_SECOND=77", "CORDON_CONNECTIONS=5"], to: file)
      collector.signal(SIGHUP)
      let first = try await Self.answer(collector, after: &seen)
      #expect(first.contains("ingest.records-per-second=77"))
      #expect(first.contains("needs-a-restart=connections"))
      #expect(first.contains("certificate=for"))

      try Self.write(["CORDON_INGEST_RECORDS_PER_SECOND=none", "CORDON_LOG_LEVEL=loud"], to: file)
      collector.signal(SIGHUP)
      let second = try await Self.answer(collector, after: &seen)
      #expect(second.contains("configuration not reloaded"))
      #expect(
        collector.said.contains(#"records-per-second is "none""#) && collector.said.contains(#"log.level is "loud""#))

      // It goes on: an operator is answered, and so is the next hangup.
      try await site.cordon(["status"])
      try Self.write(["CORDON_LOG_LEVEL=notice"], to: file)
      collector.signal(SIGHUP)
      #expect(try await Self.answer(collector, after: &seen).contains("log.level=notice"))
      #expect(await site.stopCollector() == 0)
    }
  }

  /// Both of the agent's processes, by one hangup to the first.
  @Test(.enabled(if: getuid() == 0, "the keeper is root")) func theAgentReloads() async throws {
    try await withTemporaryFolder { folder in
      let site = try await SystemSite(in: folder)
      try await site.startCollector()
      let config = try await site.enrol("reload-1")
      chmod(folder, 0o755)
      let agent = try ChildProgram(
        try ChildProgram.path(of: "cordon-agent"), ["run", "--config", config], log: "\(folder)/agent.log")
      #expect(await within(.seconds(20)) { agent.said.contains("uplink connected") }, "\(agent.said)")
      let text = try String(contentsOfFile: config, encoding: .utf8)
      try (text + "CORDON_LOG_LEVEL=notice\nCORDON_RUN=\(folder)/elsewhere\n").write(
        toFile: config, atomically: true, encoding: .utf8)
      agent.signal(SIGHUP)
      _ = await within(.seconds(15)) { Self.reloads(agent).count == 2 }
      let lines = Self.reloads(agent)
      #expect(
        lines.contains { $0.contains("worker=reloads") && $0.contains("needs-a-restart=CORDON_RUN") }, "\(agent.said)")
      #expect(lines.contains { $0.contains("certificate=for") && $0.contains("log-level=notice") }, "\(agent.said)")
      #expect(await agent.stop() == 0)
    }
  }

  private static func reloads(_ agent: ChildProgram) -> [Substring] {
    agent.said.split(separator: "\n").filter { $0.contains("configuration reloaded") }
  }
}
