import CordonAgent
import CordonCore
import CordonTestSupport
import CordonTrust
import Foundation
import Glibc
import Testing

/// The keys of names change twice under the real programs: what was written before still opens, and the collector has
/// none of the keys, on its disk or in its memory.
@Suite(
  .serialized, .timeLimit(.minutes(5)), .enabled(if: getuid() == 0, "skipped: the agent's keeper takes root"))
struct RotationTests {
  @Test func namesOpenAfterTwoRotationsAndTheCollectorHasNoKey() async throws {
    try await withTemporaryFolder { folder in
      let site = try await SystemSite(in: folder, authority: ["unseal", "privacy"])
      try await site.startCollector()
      let agent = try await LiveAgent("ws-1", of: site)
      let files = "\(folder)/files"
      let trip = try await CanaryTrip.make(in: files, of: site, by: agent)

      var secrets = [try gateway(site).secrets]
      for epoch in [2, 3] as [UInt32] {
        let said = try await site.cordon(["names", "rotate", "--begins-in", "1s", "--linkable-for", "1d"])
        #expect(said.contains("epoch \(epoch)") && said.contains("1 agents"), "\(said)")
        secrets.append(try gateway(site).secrets)
        let isInUse = try await within(.seconds(60)) { try keyEpoch(of: "ws-1", in: site) == epoch }
        #expect(isInUse, "\(agent.said.suffix(2_000))")
      }

      // A restart reads them from the keeper's disk; its worker is handed them anew.
      await agent.stop()
      try agent.start()
      let answer = try await site.cordon(
        ["unseal", "ask", trip.detection, "--reason", "ticket 4711", "--wait", "60s"])
      #expect(answer.contains("\(files)/\(trip.canary)"), "\(answer) \(agent.said.suffix(2_000))")

      let memory = try ProcessMemoryImage(of: try #require(site.collector).pid)
      // Else the search below would prove nothing.
      #expect(memory.contains(Data("ticket 4711".utf8)))
      let stored = try FileManager.default.subpathsOfDirectory(atPath: site.state)
        .compactMap { FileManager.default.contents(atPath: "\(site.state)/\($0)") }
      for secret in secrets.flatMap({ [$0.staff, $0.patient ?? []] }) {
        #expect(secret.count == EpochSecrets.keyLength)
        #expect(!memory.contains(Data(secret)))
        #expect(stored.allSatisfy { $0.range(of: Data(secret)) == nil })
      }
      await agent.stop()
      await site.stopCollector()
    }
  }

  private func gateway(_ site: SystemSite) throws -> SiteBundle {
    try SiteBundle.load(from: "\(site.folder)/operator/site-gateway.bundle")
  }

  /// What the agent's newest heartbeat says; 0 before it does.
  private func keyEpoch(of label: String, in site: SystemSite) throws -> UInt32 {
    var epoch: UInt32 = 0
    try site.query("SELECT heartbeat FROM agents WHERE label = '\(label)'") { row in
      let beat = try? JSONSerialization.jsonObject(with: Data(row.text(0).utf8)) as? [String: Any]
      epoch = (beat?["keyEpoch"] as? NSNumber)?.uint32Value ?? 0
    }
    return epoch
  }
}

/// The writable memory of a process, as a core dump of it would hold it.
struct ProcessMemoryImage {
  private var regions: [Data] = []

  /// Reads another process of this user, or any as root; what cannot be read is left out.
  init(of pid: pid_t) throws {
    let maps = try String(contentsOfFile: "/proc/\(pid)/maps", encoding: .utf8)
    let memory = open("/proc/\(pid)/mem", O_RDONLY)
    try #require(memory >= 0)
    defer { close(memory) }
    for line in maps.split(separator: "\n") {
      let fields = line.split(separator: " ", maxSplits: 2)
      let bounds = fields[0].split(separator: "-").compactMap { UInt(String($0), radix: 16) }
      guard fields.count > 1, fields[1].hasPrefix("rw"), bounds.count == 2 else { continue }
      var bytes = [UInt8](repeating: 0, count: Int(bounds[1] - bounds[0]))
      let length = pread(memory, &bytes, bytes.count, off_t(bounds[0]))
      if length > 0 { regions.append(Data(bytes.prefix(length))) }
    }
  }

  func contains(_ bytes: Data) -> Bool { regions.contains { $0.range(of: bytes) != nil } }
}
