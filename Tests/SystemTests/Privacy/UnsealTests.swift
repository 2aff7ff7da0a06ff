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
      try FileManager.default.createDirectory(atPath: files, withIntermediateDirectories: true)
      try await site.apply(
        """
        name: canary
        time_zone: UTC
        sensors: {file: {paths: [\(files)]}}
        tripwires: {canary_folders: [\(files)]}

        """)
      try agent.start()
      let planted = try await within(.seconds(60)) {
        try FileManager.default.contentsOfDirectory(atPath: files).isEmpty == false
      }
      #expect(planted, "\(agent.said.suffix(2_000))")
      let canary = try #require(try FileManager.default.contentsOfDirectory(atPath: files).first)
      var detection: String?
      let isTripped = try await within(.seconds(60)) {
        try await ChildProgram.run("/bin/sh", ["-c", "echo touched >> \(files)/\(canary)"])
        detection =
          try await site.list("detection", "list")
          .first { $0["rule"] as? String == "canary-touched" }?["id"] as? String
        return detection != nil
      }
      let listed = try await site.cordon(["detection", "list"])
      #expect(isTripped, "\(listed) \(agent.said.suffix(2_000))")
      let id = try #require(detection)

      let answer = try await site.cordon(["unseal", "ask", id, "--reason", "ticket 4711"])
      #expect(answer.contains("\(files)/\(canary)"), "\(answer)")
      #expect(try await site.cordon(["unseal", "list"]).contains("answered"))
      await agent.stop()
      await site.stopCollector()
      // Nothing of it came to lie with the collector, by name.
      for file in try FileManager.default.subpathsOfDirectory(atPath: site.state) {
        guard let bytes = FileManager.default.contents(atPath: "\(site.state)/\(file)") else { continue }
        #expect(bytes.range(of: Data(canary.utf8)) == nil, "\(file) holds the name")
      }
    }
  }
}
