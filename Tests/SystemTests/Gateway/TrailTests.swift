import CordonAgent
import CordonCore
import CordonTestSupport
import Foundation
import Glibc
import Testing

/// A real gateway reads an audit trail that is written, rotated and cut off meanwhile, and is killed again and again.
@Suite(
  .serialized, .timeLimit(.minutes(5)), .enabled(if: getuid() == 0, "skipped: the agent's keeper takes root"))
struct TrailTests {
  /// A trail as an EHR writes it: a line an access, rotated by renaming or by copying and cutting off.
  private final class Trail {
    let path: String
    private(set) var written = 0
    private var rotations = 0

    init(in folder: String) throws {
      path = "\(folder)/trail.ndjson"
      _ = FileManager.default.createFile(atPath: path, contents: nil)
    }

    func write(_ count: Int) throws {
      let text = (0..<count).map { _ in
        written += 1
        return Self.line(written)
      }
      let file = try FileHandle(forWritingTo: URL(filePath: path))
      try file.seekToEnd()
      try file.write(contentsOf: Data(text.joined().utf8))
    }

    func rename() throws {
      rotations += 1
      try FileManager.default.moveItem(atPath: path, toPath: "\(path).\(rotations)")
      _ = FileManager.default.createFile(atPath: path, contents: nil)
    }

    func copyAndCutOff() throws {
      rotations += 1
      try FileManager.default.copyItem(atPath: path, toPath: "\(path).\(rotations)")
      truncate(path, 0)
    }

    private static func line(_ number: Int) -> String {
      let time = Date().formatted(.iso8601)
      return """
        {"resourceType":"AuditEvent","subtype":[{"code":"read"}],"action":"R","recorded":"\(time)","outcome":"0",\
        "agent":[{"who":{"identifier":{"value":"user\(number % 7)"}},"requestor":true}],"entity":[{"what":\
        {"identifier":{"value":"\(number)"}},"role":{"code":"1"}}]}

        """
    }
  }

  /// Accesses in all windows that the collector has.
  private func accesses(_ site: SystemSite) throws -> Int {
    var days: [Int64] = []
    try site.query("SELECT day FROM days") { days.append($0.integer(0)) }
    var sum = 0
    for day in days {
      try site.query("SELECT coalesce(sum(observations), 0) FROM windows_\(day) WHERE schema = 3") {
        sum += Int($0.integer(0))
      }
    }
    return sum
  }

  private func killWorker(of agent: LiveAgent) {
    let pid = agent.said.split(separator: "\n").last { $0.contains("Worker started") }?
      .split(separator: "pid=").last.flatMap { pid_t($0.prefix { $0.isNumber }) }
    if let pid { kill(pid, SIGKILL) }
  }

  @Test func `each access counts once, whoever is killed and however the trail is rotated`() async throws {
    let seed = ProcessInfo.processInfo.environment["CORDON_SEED"].flatMap(UInt64.init) ?? UInt64.random(in: 0...999_999)
    print("TrailTests: CORDON_SEED=\(seed)")
    var randomness = SeededRandomness(seed: seed)
    try await withTemporaryFolder { folder in
      let site = try await SystemSite(in: folder)
      try await site.startCollector()
      unlink(site.bundle)
      try await site.cordon(["site", "bundle", "--profile", "gateway", "--out", site.bundle])
      let agent = try await LiveAgent("gateway-1", of: site)
      let trail = try Trail(in: folder)
      try await site.apply(
        """
        name: gateway
        time_zone: UTC
        heartbeat: 5s
        windows: {ehr_length: 60s, ehr_lateness: 1s}
        sensors: {ehr: {enabled: true, paths: [\(trail.path)]}}

        """)
      try agent.start()
      let follows = try await within(.seconds(60)) { try await site.agent("gateway-1")["policy_serial"] as? Int == 1 }
      #expect(follows, "\(agent.said.suffix(2_000))")
      var kills = [0, 0, 0]
      for round in 0..<12 {
        for _ in 0..<Int.random(in: 2...6, using: &randomness) {
          try trail.write(Int.random(in: 1...200, using: &randomness))
          try await Task.sleep(for: .milliseconds(Int.random(in: 50...400, using: &randomness)))
        }
        switch round % 4 {
        case 1: try trail.rename()
        case 3: try trail.copyAndCutOff()
        default: break
        }
        let victim = Int.random(in: 0..<3, using: &randomness)
        kills[victim] += 1
        switch victim {
        case 0: killWorker(of: agent)
        case 1:
          await agent.crash()
          try trail.write(5)
          try agent.start()
        default:
          await agent.stop()
          try trail.write(5)
          try agent.start()
        }
      }
      try trail.write(100)
      try await Task.sleep(for: .seconds(3))
      // What is still open goes out with the agent, and is sent at its next start.
      await agent.stop()
      try agent.start()
      let isWhole = try await within(.seconds(60)) { try accesses(site) >= trail.written }
      let found = try accesses(site)
      #expect(isWhole, "\(found) of \(trail.written), \(agent.said.suffix(3_000))")
      try await Task.sleep(for: .seconds(2))
      #expect(try accesses(site) == trail.written)
      print(
        "TrailTests: \(trail.written) accesses; worker killed \(kills[0]), agent killed \(kills[1]), stopped \(kills[2]) times"
      )
      await agent.stop()
      await site.stopCollector()
    }
  }
}
