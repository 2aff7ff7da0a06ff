import CordonCore
import CordonRuntime
import Foundation

/// A site that runs for real, made by the programs as an operator makes it: a collector, an agent on this machine's
/// kernel, and an operator's home. As root.
struct LiveSite {
  /// The agent's label, which the policy may name.
  static let host = "bench-ws-01"

  let folder: String
  /// Of the agent's keeper.
  let agent: Int32

  private var operatorHome: [String: String] { ["CORDON_HOME": "\(folder)/operator"] }

  /// Founds, enrols, applies the policy, waits until the agent follows it, runs the body, and takes everything down.
  static func run<Value>(policy: String, in folder: String, _ body: (LiveSite) async throws -> Value) async throws
    -> Value
  {
    guard getuid() == 0 else {
      throw CordonError(
        .denied, "bench-root", "The agent reads the kernel's audit records.", remedy: "Run this measurement as root.")
    }
    // The worker has an account of its own, and goes through here.
    try FileManager.default.createDirectory(
      atPath: folder, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o755])
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let uplink = NetworkEndpoint(host: "127.0.0.1", port: try Ports.free())
    let enrolment = NetworkEndpoint(host: "127.0.0.1", port: try Ports.free())
    let site = LiveSite(folder: folder, agent: 0)
    try site.found(at: uplink)
    let collector = [
      "run", "--state", "\(folder)/collector", "--uplink-address", "\(uplink)", "--enrolment-address", "\(enrolment)",
      "--log-level", "warning",
    ]
    return try await ChildProgram.run(
      "cordon-collector", collector, endpoint: uplink, log: "\(folder)/collector.log"
    ) { _ in
      try site.enrol(at: uplink, enrolment)
      try policy.write(toFile: "\(folder)/policy.yaml", atomically: true, encoding: .utf8)
      try site.cordon("policy", "apply", "\(folder)/policy.yaml")
      return try await site.whileWatching(body)
    }
  }

  /// Runs the operator's program.
  @discardableResult func cordon(_ arguments: String...) throws -> String {
    try ProgramRun.run(ProgramRun.ours("cordon"), arguments, environment: operatorHome).output
  }

  /// What the operator's program lists, as JSON objects.
  func list(_ arguments: String...) throws -> [[String: Any]] {
    let text = try ProgramRun.run(
      ProgramRun.ours("cordon"), arguments + ["--output", "json"], environment: operatorHome
    ).output
    return try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [[String: Any]] ?? []
  }

  private func found(at uplink: NetworkEndpoint) throws {
    let collector = ProgramRun.ours("cordon-collector")
    try cordon(
      "site", "init", "--site", "Bench", "--trust-domain", "bench.example", "--collector", "\(uplink)", "--operator",
      "ann")
    _ = try ProgramRun.run(collector, ["init", "--state", "\(folder)/collector", "--address", "127.0.0.1"])
    try cordon("site", "sign-collector", "\(folder)/collector/collector.request", "--out", "\(folder)/grant")
    _ = try ProgramRun.run(collector, ["init", "--state", "\(folder)/collector", "--grant", "\(folder)/grant"])
  }

  private func enrol(at uplink: NetworkEndpoint, _ enrolment: NetworkEndpoint) throws {
    try cordon("site", "bundle", "--out", "\(folder)/site.bundle")
    try cordon("token", "create", "--out", "\(folder)/token")
    let configuration = """
      CORDON_COLLECTOR=\(uplink)
      CORDON_ENROLMENT=\(enrolment)
      CORDON_BUNDLE=\(folder)/site.bundle
      CORDON_STATE=\(folder)/agent
      CORDON_RUN=\(folder)/run
      CORDON_USER=nobody

      """
    try configuration.write(toFile: "\(folder)/agent.conf", atomically: true, encoding: .utf8)
    _ = try ProgramRun.run(
      ProgramRun.ours("cordon-agent"),
      ["enroll", "--config", "\(folder)/agent.conf", "--label", Self.host, "--token-file", "\(folder)/token"])
  }

  private func whileWatching<Value>(_ body: (LiveSite) async throws -> Value) async throws -> Value {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: ProgramRun.ours("cordon-agent"))
    process.arguments = ["run", "--config", "\(folder)/agent.conf"]
    let log = "\(folder)/agent.log"
    _ = FileManager.default.createFile(atPath: log, contents: nil)
    process.standardOutput = FileHandle(forWritingAtPath: log)
    process.standardError = process.standardOutput
    try process.run()
    defer {
      process.terminate()
      process.waitUntilExit()
      _ = try? ProgramRun.run(
        ProgramRun.ours("cordon-agent"), ["release", "--all", "--config", "\(folder)/agent.conf"])
    }
    let deadline = ContinuousClock.now + .seconds(30)
    while try list("agent", "list").first?["policy_serial"] as? Int ?? 0 < 1 {
      guard process.isRunning, ContinuousClock.now < deadline else {
        let said = (try? String(contentsOfFile: log, encoding: .utf8)) ?? ""
        throw CordonError(.unavailable, "bench-agent", "The agent does not follow the policy.\n\(said.suffix(2_000))")
      }
      try await ContinuousClock().sleep(for: .milliseconds(200))
    }
    return try await body(LiveSite(folder: folder, agent: process.processIdentifier))
  }
}
