import CordonCore
import CordonTestSupport
import Foundation
import Glibc
import Testing

/// A real gateway reads an audit trail that is written and rotated, and is killed again and again, both in one moment.
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
        return GatewayAgent.access(written)
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
  }

  private func killWorker(of agent: LiveAgent) {
    let pid = agent.said.split(separator: "\n").last { $0.contains("Worker started") }?
      .split(separator: "pid=").last.flatMap { pid_t($0.prefix { $0.isNumber }) }
    if let pid { kill(pid, SIGKILL) }
  }

  @Test func `each access counts once, whoever is killed, and over rotations in the same moment`() async throws {
    let seed = ProcessInfo.processInfo.environment["CORDON_SEED"].flatMap(UInt64.init) ?? UInt64.random(in: 0...999_999)
    print("TrailTests: CORDON_SEED=\(seed)")
    var randomness = SeededRandomness(seed: seed)
    try await withTemporaryFolder { folder in
      let trail = try Trail(in: folder)
      let gateway = try await GatewayAgent(in: folder, ehr: "paths: [\(trail.path)]")
      let agent = gateway.agent
      var kills = [0, 0, 0]
      for round in 0..<16 {
        for _ in 0..<Int.random(in: 2...6, using: &randomness) {
          try trail.write(Int.random(in: 1...200, using: &randomness))
          try await Task.sleep(for: .milliseconds(Int.random(in: 50...400, using: &randomness)))
        }
        // What was written last is unread now; no reader looks between rotation and death.
        if round % 4 == 1 { try trail.rename() }
        if round % 4 == 3 { try trail.copyAndCutOff() }
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
      try await gateway.settle()
      let isWhole = try await within(.seconds(60)) { try gateway.accesses() >= trail.written }
      let found = try gateway.accesses()
      #expect(isWhole, "\(found) of \(trail.written), \(agent.said.suffix(3_000))")
      try await Task.sleep(for: .seconds(2))
      let last = try gateway.accesses()
      #expect(last == trail.written, "\(last) of \(trail.written)")
      print(
        "TrailTests: \(trail.written) accesses; worker killed \(kills[0]), agent killed \(kills[1]), stopped \(kills[2]) times"
      )
      await agent.stop()
      await gateway.site.stopCollector()
    }
  }
}
