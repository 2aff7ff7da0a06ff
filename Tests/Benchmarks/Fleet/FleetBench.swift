import ArgumentParser
import CordonCollector
import CordonCore
import CordonRuntime
import CordonStore
import Foundation

/// A hospital's whole fleet against one collector: thousands of agents, each with a certificate and a connection of its own.
struct FleetBench: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fleet", abstract: "Thousands of virtual agents over mTLS: what is stored, lost, and what it costs.")

  @Option(help: "Agents.") var agents = 2_000
  @Option(help: "Agents that connect at the same time.") var atOnce = 50
  @Option(help: "Seconds of sending.") var seconds = 60
  @Option(help: "Seconds between two batches of one agent.") var interval = 10
  @Option(help: "Windows a batch.") var batch = 20
  @Option(help: "Where to work.") var folder = "/var/tmp"

  func validate() throws {
    guard (1...15_000).contains(agents) else { throw ValidationError("--agents: from 1 to 15000") }
    guard interval > 0, seconds >= interval else { throw ValidationError("--seconds: at least one interval") }
  }

  func run() async throws {
    Ports.raiseFileLimit()
    let work = "\(folder)/cordon-bench-\(ProcessInfo.processInfo.processIdentifier)"
    try FileManager.default.createDirectory(
      atPath: work, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
    defer { try? FileManager.default.removeItem(atPath: work) }
    let progress = Progress("fleet")
    progress.say("enrolling \(agents) agents")
    let site = try await BenchSite.make(in: work, agents: agents)
    let endpoint = NetworkEndpoint(host: "127.0.0.1", port: try Ports.free())
    let arguments = [
      "run", "--state", work, "--uplink-address", "\(endpoint)", "--enrolment-address",
      "127.0.0.1:\(try Ports.free())", "--log-level", "warning",
    ]
    let tally = VirtualAgent.Tally()
    let cost = try await ChildProgram.run("cordon-collector", arguments, endpoint: endpoint, log: "\(work)/log") {
      pid in
      try await drive(site, endpoint, tally, collector: pid, progress)
    }
    let store = try CollectorFolder.openStore(in: work)
    let stored = try await store.totals().windows
    try store.close()
    report(tally.now, cost, stored: stored)
  }

  /// What the collector used.
  private struct Cost {
    var connecting = Duration.zero
    var sending = Duration.zero
    var processor = Duration.zero
    var idle: ProcessMemory
    var connected: ProcessMemory
    var after: ProcessMemory
  }

  private func drive(
    _ site: BenchSite, _ endpoint: NetworkEndpoint, _ tally: VirtualAgent.Tally, collector: Int32,
    _ progress: Progress
  ) async throws -> Cost {
    let family = ProcessFamily(only: collector)
    let idle = try family.memory()
    var cost = Cost(idle: idle, connected: idle, after: idle)
    let (welcomes, welcomed) = AsyncStream.makeStream(of: Void.self)
    let start = Broadcast()
    let began = ContinuousClock.now
    try await withThrowingTaskGroup(of: Void.self) { group in
      var waiting = welcomes.makeAsyncIterator()
      for (number, agent) in site.agents.enumerated() {
        if number >= atOnce { await waiting.next() }
        let virtual = VirtualAgent(
          number: number, identity: agent.identity, site: site, endpoint: endpoint, batchRecords: batch,
          batches: seconds / interval, interval: .seconds(interval))
        group.addTask {
          do {
            try await virtual.run(tally, start: start) {
              tally.note { $0.connected += 1 }
              welcomed.yield()
            }
          } catch {
            // Counted and told: the others go on. Who failed before its welcome makes room all the same.
            tally.note { $0.failures.append("\(error)") }
            welcomed.yield()
          }
        }
      }
      for _ in 0..<min(atOnce, agents) { await waiting.next() }
      cost.connecting = ContinuousClock.now - began
      progress.say("\(tally.now.connected) agents are connected")
      try await ContinuousClock().sleep(for: .seconds(2))
      cost.connected = try family.memory()
      let before = try family.processor()
      let sendingBegan = ContinuousClock.now
      start.raise()
      try await group.waitForAll()
      cost.sending = ContinuousClock.now - sendingBegan
      cost.processor = try family.processor() - before
      cost.after = try family.memory()
    }
    return cost
  }

  private func report(_ seen: VirtualAgent.Tally.State, _ cost: Cost, stored: UInt64) {
    let delays = Delays(seen.delays)
    var table = MarkdownTable("fleet of \(agents) agents over mTLS", "")
    table.add(
      "connected", "\(seen.connected), \(Show.count(Double(seen.connected) / (cost.connecting / .seconds(1)))) a second"
    )
    table.add("failed", "\(seen.failures.count)\(seen.failures.first.map { ": \($0)" } ?? "")")
    table.add("windows sent", Show.count(Double(seen.sent)))
    table.add("stored and acknowledged a second", Show.count(Double(seen.acknowledged) / (cost.sending / .seconds(1))))
    table.add("lost: sent and not in the store", "\(Int64(seen.sent) - Int64(stored))")
    table.add("in the store twice or unasked", "\(max(0, Int64(stored) - Int64(seen.sent)))")
    table.add("refused", "\(seen.refused)")
    table.add(
      "acknowledged after, p50 and p99",
      "\(Show.milliseconds(delays.quantile(0.5))), \(Show.milliseconds(delays.quantile(0.99)))")
    table.add("collector's processor", "\(Show.percent(cost.processor / cost.sending)) of a core")
    table.add(
      "collector's memory: before, connected, after",
      [cost.idle, cost.connected, cost.after].map { Show.megabytes($0.resident) }.joined(separator: ", "))
    print(table.text)
    print("\(batch) windows an agent every \(interval) s for \(seconds) s; driver and collector share the machine.\n")
  }
}
