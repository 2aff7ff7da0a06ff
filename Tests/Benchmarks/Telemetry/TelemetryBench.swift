import ArgumentParser
import CordonCore
import CordonTelemetry
import Foundation

/// What a core reads of others' logs, beside what reads JSON lines elsewhere.
struct TelemetryBench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "telemetry", abstract: "Records of logs parsed to observations, beside jq and orjson.")

  /// Bytes that each reader is given, at least: the recordings are repeated.
  private static let workload = 48 << 20

  @Option(help: "The folder of data sets.") var data: String = "data"
  @Option(help: "A Python that has orjson; without it that peer is left out.") var python: String?
  @Option(help: "The folder of the peers' programs.") var peers: String = "Tests/Benchmarks/telemetry-peers"
  @Option(help: "Runs of each; the best counts.") var runs: Int = 3
  @Flag(help: "Instead: what of recorded attacks is read, and what finds them.") var recordings = false
  @Option(help: "The folder of Sigma rules that are in force.") var rules: String = "deploy/sigma"

  func run() throws {
    let logs = RecordedLogs(folder: data)
    let shipped = try ShippedRules(folder: rules)
    guard !recordings else {
      print(try RecordingsReport(logs: logs, rules: shipped).text)
      return
    }
    var table = MarkdownTable(
      "others' logs, a core", "records/s", "aim", "MB/s", "orjson", "ours / orjson", "jq", "ours / jq")
    let progress = Progress("telemetry")
    for row in TelemetryRow.all {
      guard let bytes = try row.recording(logs), !bytes.isEmpty else {
        progress.say("\(row.name): skipped, no recording below \(data)")
        continue
      }
      let rounds = max(1, Self.workload / bytes.count)
      let best = (0..<max(1, runs)).map { _ in row.measure(bytes, rounds, shipped.policy) }.min {
        $0.nanoseconds < $1.nanoseconds
      }
      guard let best else { continue }
      let records = Double(best.counters.records)
      let rate = 1e9 / best.nanoseconds
      let (orjson, jq) = try peerRates(row, bytes, rounds, records)
      table.add(
        row.name, Show.count(rate), row.aim > 0 ? Show.count(row.aim) : "-",
        Show.decimal(rate * Double(bytes.count * rounds) / records / 1e6),
        orjson.map(Show.count) ?? "-", orjson.map { Show.times(rate / $0) } ?? "-", jq.map(Show.count) ?? "-",
        jq.map { Show.times(rate / $0) } ?? "-")
      progress.say("\(row.name): \(Show.count(rate)) records/s; \(best.counters)")
    }
    print(table.text)
    print(
      "Processor time, best of \(runs), with the Sigma rules that ship; orjson and jq read and look up the same fields, orjson's reading of the file "
        + "left out. Aim: twice a peer, or what is said.\n")
  }

  /// Records a second of each peer that is there.
  private func peerRates(
    _ row: TelemetryRow, _ bytes: [UInt8], _ rounds: Int, _ records: Double
  ) throws -> (orjson: Double?, jq: Double?) {
    guard !row.peerFields.isEmpty else { return (nil, nil) }
    let file = FileManager.default.temporaryDirectory.appendingPathComponent("cordon-bench-\(UUID())")
    defer { try? FileManager.default.removeItem(at: file) }
    try Data((0..<rounds).flatMap { _ in bytes }).write(to: file)
    let orjson = try python.map { python in
      let seconds = try (0..<max(1, runs)).compactMap { _ in
        let run = try ProgramRun.run(python, ["\(peers)/json_lines.py", file.path] + row.peerFields)
        return Double(run.output.trimmingCharacters(in: .whitespacesAndNewlines))
      }
      return records / (seconds.min() ?? .infinity)
    }
    let filter = row.peerFields.map { "." + $0.split(separator: "/").map { "[\"\($0)\"]" }.joined() }
    let jq = try? ProgramRun.run(
      "/usr/bin/env", ["jq", "-c", "[\(filter.joined(separator: ","))]", file.path], keepsOutput: false)
    return (orjson, jq.map { records / ($0.processor / .seconds(1)) })
  }
}
