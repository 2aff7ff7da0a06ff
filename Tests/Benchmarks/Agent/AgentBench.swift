import ArgumentParser
import CordonCore
import Foundation

/// What an agent takes from the machine that it watches, idle and at a steady rate of real audit events.
struct AgentBench: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "agent", abstract: "An agent's memory and processor time at so many audit events a second. As root.")

  private static let policy = """
    name: bench
    time_zone: UTC

    """

  @Option(help: "Programs started a second; each is an audit event.") var rate: Int = 100
  @Option(help: "Seconds of load.") var seconds: Int = 60
  @Option(help: "Seconds of rest before, measured too.") var rest: Int = 15
  @Option(help: "Where to work.") var folder: String = "/var/tmp"

  /// What was taken over a stretch of time.
  private struct Use {
    var share: Double
    var memory: ProcessMemory
    /// Audit records a second, between the heartbeats before and after; nil where there was none between.
    var records: Double?
  }

  func validate() throws {
    guard (1...1_000).contains(rate), (1...600).contains(seconds), (1...600).contains(rest) else {
      throw ValidationError("--rate is 1 to 1000, --seconds and --rest are 1 to 600.")
    }
  }

  func run() async throws {
    let work = "\(folder)/cordon-bench-\(ProcessInfo.processInfo.processIdentifier)"
    let (idle, loaded) = try await LiveSite.run(policy: Self.policy, in: work) { site in
      let family = try ProcessFamily(of: site.agent)
      let idle = try await measure(site, family) {
        try await ContinuousClock().sleep(for: .seconds(rest))
      }
      let loaded = try await measure(site, family) { try await load() }
      return (idle, loaded)
    }
    var table = MarkdownTable(
      "agent, keeper and worker together", "at rest", "\(rate) programs started a second", "aim")
    table.add("processor, of one core", Show.finePercent(idle.share), Show.finePercent(loaded.share), "under 1 %")
    table.add(
      "memory of its own (Anonymous)", Show.megabytes(idle.memory.anonymous), Show.megabytes(loaded.memory.anonymous),
      "under 14 MB")
    table.add(
      "resident, what both share counted twice (RSS)", Show.megabytes(idle.memory.resident),
      Show.megabytes(loaded.memory.resident), "under 40 MB")
    table.add(
      "resident, what both share counted once (PSS)", Show.megabytes(idle.memory.proportional),
      Show.megabytes(loaded.memory.proportional), "-")
    print(table.text)
    func shown(_ rate: Double?) -> String { rate.map { Show.count($0) } ?? "an unknown number of" }
    print(
      "The kernel gave \(shown(loaded.records)) audit records a second under load and \(shown(idle.records)) at rest, "
        + "from all processes of this machine.\n")
  }

  private func measure(
    _ site: LiveSite, _ family: ProcessFamily, _ body: () async throws -> Void
  ) async throws -> Use {
    let before = try family.processor()
    let seen = try heartbeat(site)
    let start = ContinuousClock.now
    try await body()
    let elapsed = ContinuousClock.now - start
    let used = try family.processor() - before
    let now = try heartbeat(site)
    let gap = now.clock.timeIntervalSince(seen.clock)
    return Use(
      share: used / elapsed, memory: try family.memory(), records: gap > 0 ? (now.records - seen.records) / gap : nil)
  }

  /// When the agent's last heartbeat was, and how many records the audit sensor had read.
  private func heartbeat(_ site: LiveSite) throws -> (clock: Date, records: Double) {
    let beat = try site.list("agent", "list").first?["heartbeat"] as? [String: Any]
    let sensors = beat?["sensors"] as? [[String: Any]] ?? []
    let audit = sensors.first { $0["name"] as? String == "audit" }
    let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
    let clock = try (beat?["clock"] as? String).map { try style.parse($0) } ?? .distantPast
    return (clock, (audit?["observed"] as? NSNumber)?.doubleValue ?? 0)
  }

  /// Starts programs that end at once, evenly in time.
  private func load() async throws {
    let start = ContinuousClock.now
    var words: [UnsafeMutablePointer<CChar>?] = [strdup("true"), nil]
    defer { free(words[0]) }
    for number in 0..<(rate * seconds) {
      var pid = pid_t()
      guard posix_spawn(&pid, "/bin/true", nil, nil, &words, nil) == 0 else {
        throw CordonError(.unavailable, "bench-spawn", "/bin/true cannot be started.")
      }
      var status: Int32 = 0
      waitpid(pid, &status, 0)
      let due = start + .seconds(1) * (number + 1) / rate
      if due > .now { try await ContinuousClock().sleep(until: due) }
    }
  }
}
