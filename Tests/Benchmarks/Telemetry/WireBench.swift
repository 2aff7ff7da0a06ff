import ArgumentParser
import CordonCore
import CordonTelemetry
import Foundation

/// What a core reads of the network, beside what it costs to look at each byte once.
struct WireBench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "wire", abstract: "Frames parsed to flows and clinical messages, beside the memory's own speed.")

  @Option(help: "Runs of each; the best counts.") var runs: Int = 3
  @Option(help: "Megabytes of frames that are read in each run, at least.") var megabytes: Int = 192
  @Option(help: "Read this one alone, so often, and print nothing: for counting what is allocated.") var only: String?
  @Option(help: "How often `--only` reads it.") var rounds: Int = 1
  @Flag(help: "Print the rows' names, and how many messages or connections each has.") var list = false

  func run() throws {
    guard !list else {
      for row in WireWorkload.all { print("\(row.name)|\(row.messages)") }
      return
    }
    if let only {
      guard let row = WireWorkload.all.first(where: { $0.name == only }) else {
        throw ValidationError("There is no row \(only); there are \(WireWorkload.all.map(\.name)).")
      }
      _ = Self.parse(row.records, rounds: rounds)
      return
    }
    var table = MarkdownTable(
      "the wire, a core", "Gbit/s", "frames/s", "messages/s", "each byte once, Gbit/s", "share",
      "memory after a tenth, at the end")
    let progress = Progress("wire")
    for row in WireWorkload.all {
      let bytes = row.records.reduce(0) { $0 + $1.count }
      let rounds = max(10, megabytes << 20 / bytes)
      let results = (0..<max(1, runs)).map { _ in Self.parse(row.records, rounds: rounds) }
      guard let best = results.min(by: { $0.seconds < $1.seconds }), let last = results.last else { continue }
      let limit = (0..<max(1, runs)).map { _ in Self.look(at: row.records, rounds: rounds) }.min() ?? .infinity
      let bits = Double(bytes * rounds) * 8
      table.add(
        row.name, Show.decimal(bits / best.seconds / 1e9), Show.count(Double(best.frames) / best.seconds),
        Show.count(Double(best.messages) / best.seconds), Show.decimal(bits / limit / 1e9),
        "\(Show.decimal(100 * limit / best.seconds)) %",
        "\(Show.decimal(last.early / 1e6)), \(Show.decimal(last.late / 1e6)) MB")
      progress.say("\(row.name): \(best.frames) frames, \(best.messages) messages")
    }
    print(table.text)
    print(
      "Processor time, best of \(runs); frames as the keeper hands them on, put in order, read, and told as observations. Aim: 1 Gbit/s.\n"
    )
  }

  private struct Result {
    var seconds: Double
    var frames: UInt64
    var messages: Int
    /// Anonymous bytes after a tenth of the rounds, and after all.
    var early: Double
    var late: Double
  }

  /// One parser over all rounds, as it would run for days; each round is the same connections again.
  private static func parse(_ records: [[UInt8]], rounds: Int) -> Result {
    var parser = WireParser()
    var found: [Observation] = []
    var (messages, early) = (0, 0.0)
    var spent = 0.0
    for round in 0..<rounds {
      let start = clock()
      for record in records {
        parser.parse(record, arrived: .epoch, into: &found)
        guard found.count >= 1024 else { continue }
        messages += count(found)
        found.removeAll(keepingCapacity: true)
      }
      spent += Double(clock() - start)
      if round == rounds / 10 { early = anonymous() }
    }
    messages += count(found)
    return Result(
      seconds: spent / Double(CLOCKS_PER_SEC), frames: parser.wire.frames, messages: messages, early: early,
      late: anonymous())
  }

  private static func count(_ found: [Observation]) -> Int {
    found.count { observation in
      guard case .exchange(let exchange) = observation.object else { return false }
      if case .flow = exchange.event { return false }
      return true
    }
  }

  private static func anonymous() -> Double {
    (try? ProcessMemory(of: ProcessInfo.processInfo.processIdentifier))?.anonymous ?? 0
  }

  /// Seconds to add up the bytes, eight at a time.
  private static func look(at records: [[UInt8]], rounds: Int) -> Double {
    var sum: UInt64 = 0
    let start = clock()
    for _ in 0..<rounds {
      for record in records {
        record.withUnsafeBytes { bytes in
          for offset in stride(from: 0, to: bytes.count - 7, by: 8) {
            sum &+= bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
          }
        }
      }
    }
    let spent = Double(clock() - start) / Double(CLOCKS_PER_SEC)
    // Without a use of it the loop would go.
    return sum == 1 ? .infinity : spent
  }
}
