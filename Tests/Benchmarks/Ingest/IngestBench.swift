import ArgumentParser
import CordonCore
import CordonRuntime
import Foundation

/// Durable ingest over mTLS, beside gRPC alone and SQLite alone.
struct IngestBench: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ingest", abstract: "Durable ingest over mTLS, beside gRPC alone and SQLite alone.")

  @Option(help: "Seconds a measurement.") var seconds: Int = 10
  @Option(help: "Agents that send.") var agents: Int = 8
  @Option(help: "Records a batch.") var batch: Int = 500
  @Option(help: "Where to work; a folder on the disk that is to be measured.") var folder: String = "/var/tmp"

  func run() async throws {
    Ports.raiseFileLimit()
    let work = "\(folder)/cordon-bench-\(ProcessInfo.processInfo.processIdentifier)"
    try FileManager.default.createDirectory(
      atPath: work, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
    defer { try? FileManager.default.removeItem(atPath: work) }
    let site = try await BenchSite.make(in: work, agents: agents)
    let duration = Duration.seconds(seconds)

    let echo = try await serve(site, "cordon-bench") { port in
      ["echo-server", "--state", work, "--address", "127.0.0.1:\(port)"]
    } body: { endpoint in
      try await generator(site, endpoint, duration).run()
    }
    let configuration = "\(work)/collector.conf"
    try "ingest.records-per-second=1000000\n".write(toFile: configuration, atomically: true, encoding: .utf8)
    let (full, half) = try await serve(site, "cordon-collector") { port in
      [
        "run", "--state", work, "--config", configuration, "--uplink-address", "127.0.0.1:\(port)",
        "--enrolment-address", "127.0.0.1:\(try Ports.free())", "--log-level", "warning",
      ]
    } body: { endpoint in
      let full = try await generator(site, endpoint, duration).run()
      var paced = generator(site, endpoint, duration)
      paced.rate = full.recordsPerSecond / 2
      paced.batchRecords = min(batch, 100)
      return (full, try await paced.run())
    }
    let raw = try await RawInserts.run(in: work, for: duration)
    let commits = try await StoreCommits.run(in: work, for: duration)
    report(full, half: half, echo: echo, raw: raw, commits: commits)
  }

  private func report(
    _ full: LoadGenerator.Result, half: LoadGenerator.Result, echo: LoadGenerator.Result, raw: Double, commits: Double
  ) {
    let slower = min(echo.recordsPerSecond, raw)
    var table = MarkdownTable(
      "ingest, \(agents) agents, \(batch) windows a batch", "windows a second", "of the slower limit", "p50 ack",
      "p99 ack")
    func row(_ name: String, _ result: LoadGenerator.Result) {
      table.add(
        name, Show.count(result.recordsPerSecond), Show.percent(result.recordsPerSecond / slower),
        Show.milliseconds(result.delays.quantile(0.5)), Show.milliseconds(result.delays.quantile(0.99)))
    }
    row("**Cordon**: mTLS, durable, at most load", full)
    row("Cordon at half of that, \(min(batch, 100)) a batch", half)
    row("limit 1: gRPC echo over the same mTLS, nothing stored", echo)
    table.add(
      "limit 2: SQLite inserts in C, same schema, \(RawInserts.rowsPerTransaction) a transaction, WAL, FULL",
      Show.count(raw), Show.percent(raw / slower), "-", "-")
    table.add("Cordon's store without network", Show.count(commits), Show.percent(commits / slower), "-", "-")
    print(table.text)
    print(
      "\(Show.count(full.bytesPerRecord)) bytes a window on the wire; load generator and server share "
        + "\(ProcessInfo.processInfo.activeProcessorCount) cores. Aim: 60 %.\n")
  }

  private func generator(_ site: BenchSite, _ endpoint: NetworkEndpoint, _ duration: Duration) -> LoadGenerator {
    LoadGenerator(site: site, endpoint: endpoint, agents: agents, batchRecords: batch, duration: duration)
  }

  private func serve<Value>(
    _ site: BenchSite, _ program: String, arguments: (Int) throws -> [String],
    body: (NetworkEndpoint) async throws -> Value
  ) async throws -> Value {
    let port = try Ports.free()
    let endpoint = NetworkEndpoint(host: "127.0.0.1", port: port)
    return try await ChildProgram.run(
      program, try arguments(port), endpoint: endpoint, log: "\(site.folder)/\(program).log"
    ) { _ in try await body(endpoint) }
  }
}

/// SQLite and the store alone, without network: quick.
struct InsertsBench: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inserts", abstract: "The store alone, beside SQLite's C interface.")

  @Option(help: "Seconds a measurement.") var seconds: Int = 5
  @Option(help: "Where to work.") var folder: String = "/var/tmp"

  func run() async throws {
    let work = "\(folder)/cordon-bench-\(ProcessInfo.processInfo.processIdentifier)"
    try FileManager.default.createDirectory(atPath: work, withIntermediateDirectories: false)
    defer { try? FileManager.default.removeItem(atPath: work) }
    let raw = try await RawInserts.run(in: work, for: .seconds(seconds))
    let commits = try await StoreCommits.run(in: work, for: .seconds(seconds))
    var table = MarkdownTable("store, 2,000 windows a transaction", "windows a second", "ratio")
    table.add("SQLite in C, same schema", Show.count(raw), "100 %")
    table.add("CollectorStore.commit", Show.count(commits), Show.percent(commits / raw))
    print(table.text)
  }
}
