import CordonCore
import CordonTestSupport
import Foundation
import Glibc
import Testing

/// Who is behind a pseudonym, with the real programs: the collector passes question and answer on and learns neither.
@Suite(
  .serialized, .timeLimit(.minutes(5)), .enabled(if: getuid() == 0, "skipped: the agent's keeper takes root"))
struct UnsealTests {
  @Test func anAnalystLearnsWhichFileItWasAndTheCollectorDoesNot() async throws {
    try await withTemporaryFolder { folder in
      let site = try await SystemSite(in: folder, authority: ["unseal"])
      try await site.startCollector()
      let agent = try await LiveAgent("ws-1", of: site)
      let files = "\(folder)/files"
      let trip = try await CanaryTrip.make(in: files, of: site, by: agent)

      let answer = try await site.cordon(["unseal", "ask", trip.detection, "--reason", "ticket 4711"])
      #expect(answer.contains("\(files)/\(trip.canary)"), "\(answer)")
      #expect(try await site.cordon(["unseal", "list"]).contains("answered"))
      await agent.stop()
      await site.stopCollector()
      // Nothing of it came to lie with the collector, by name.
      for file in try FileManager.default.subpathsOfDirectory(atPath: site.state) {
        guard let bytes = FileManager.default.contents(atPath: "\(site.state)/\(file)") else { continue }
        #expect(bytes.range(of: Data(trip.canary.utf8)) == nil, "\(file) holds the name")
      }
    }
  }
}
