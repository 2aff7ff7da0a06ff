import ArgumentParser
import CordonCore
import CordonRuntime
import CordonTrust
import CordonWire
import Foundation
import GRPCCore
import GRPCNIOTransportHTTP2Posix
import Synchronization

/// What a connected, idle agent costs the collector.
struct ConnectionsBench: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "connections", abstract: "A connected agent's cost on the collector.")

  @Option(help: "Agents that connect.") var agents: Int = 1_000
  @Option(help: "Agents that connect at the same time.") var atOnce: Int = 50
  @Option(help: "Where to work.") var folder: String = "/var/tmp"

  func run() async throws {
    Ports.raiseFileLimit()
    let work = "\(folder)/cordon-bench-\(ProcessInfo.processInfo.processIdentifier)"
    try FileManager.default.createDirectory(
      atPath: work, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
    defer { try? FileManager.default.removeItem(atPath: work) }
    let site = try await BenchSite.make(in: work, agents: agents)
    let endpoint = NetworkEndpoint(host: "127.0.0.1", port: try Ports.free())
    let arguments = [
      "run", "--state", work, "--uplink-address", "\(endpoint)", "--enrolment-address",
      "127.0.0.1:\(try Ports.free())", "--log-level", "warning",
    ]
    try await ChildProgram.run("cordon-collector", arguments, endpoint: endpoint, log: "\(work)/log") { pid in
      let before = try ProcessMemory(of: pid)
      let start = ContinuousClock.now
      var took = Duration.zero
      let after = try await whileConnected(site, endpoint) {
        took = ContinuousClock.now - start
        // Heartbeats and the store's writes have settled by then.
        try await ContinuousClock().sleep(for: .seconds(3))
        return try ProcessMemory(of: pid)
      }
      report(before, after, took)
    }
  }

  private func report(_ before: ProcessMemory, _ after: ProcessMemory, _ took: Duration) {
    let count = Double(agents)
    var table = MarkdownTable("collector's memory", "resident", "anonymous")
    table.add("before", Show.kilobytes(before.resident), Show.kilobytes(before.anonymous))
    table.add("\(agents) agents connected", Show.kilobytes(after.resident), Show.kilobytes(after.anonymous))
    table.add(
      "**a connected agent**", Show.kilobytes((after.resident - before.resident) / count),
      Show.kilobytes((after.anonymous - before.anonymous) / count))
    print(table.text)
    print("\(Show.count(count / (took / .seconds(1)))) agents connected a second, handshake to welcome.\n")
  }

  /// Connects all agents, a few at a time, runs the body, and lets them go.
  private func whileConnected<Value: Sendable>(
    _ site: BenchSite, _ endpoint: NetworkEndpoint, _ body: () async throws -> Value
  ) async throws -> Value {
    let (welcomes, welcomed) = AsyncStream.makeStream(of: Void.self)
    let (ends, ended) = AsyncStream.makeStream(of: Void.self)
    let over = Broadcast()
    return try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        for await _ in ends {}
        over.raise()
      }
      var waiting = welcomes.makeAsyncIterator()
      var started = 0
      for agent in site.agents {
        if started >= atOnce { await waiting.next() }
        started += 1
        group.addTask { try await hold(agent.identity, site, endpoint, over) { welcomed.yield() } }
      }
      for _ in 0..<min(atOnce, started) { await waiting.next() }
      let value = try await body()
      ended.finish()
      try await group.waitForAll()
      return value
    }
  }

  /// One agent: says hello, and stays until all are told to go.
  private func hold(
    _ identity: LiveIdentity, _ site: BenchSite, _ endpoint: NetworkEndpoint, _ over: Broadcast,
    welcomed: @escaping @Sendable () -> Void
  ) async throws {
    let transport = try ClientTransports.mutual(
      to: endpoint, as: identity,
      guardian: ConnectionGuardian(
        trust: site.trust, clock: SystemClock(), accepting: [.collector], usage: .server))
    try await withGRPCClient(transport: transport) { client in
      try await Cordon_V1_Uplink.Client(wrapping: client).connect { writer in
        var message = Cordon_V1_AgentMessage()
        message.hello.protocol = UplinkLimits.protocolVersion
        message.hello.version = "bench"
        message.hello.epoch = 1
        message.hello.bootID = "bench"
        message.hello.clockMs = SystemClock().now.milliseconds
        try await writer.write(message)
        message = Cordon_V1_AgentMessage()
        message.heartbeat.clockMs = SystemClock().now.milliseconds
        try await writer.write(message)
        await over.wait()
      } onResponse: { response in
        for try await message in response.messages {
          if case .welcome = message.body { welcomed() }
        }
      }
    }
  }
}

/// Wakes everybody who waits, once and for all.
final class Broadcast: Sendable {
  private struct State {
    var isRaised = false
    var waiting: [CheckedContinuation<Void, Never>] = []
  }

  private let state = Mutex(State())

  func wait() async {
    await withCheckedContinuation { continuation in
      let isRaised = state.withLock { state in
        if !state.isRaised { state.waiting.append(continuation) }
        return state.isRaised
      }
      if isRaised { continuation.resume() }
    }
  }

  func raise() {
    let waiting = state.withLock { state in
      defer { state.waiting = [] }
      state.isRaised = true
      return state.waiting
    }
    for continuation in waiting { continuation.resume() }
  }
}
