import ArgumentParser
import CordonCore
import CordonRange
import Foundation

/// How fast audit records become windows, beside the audit system's own readers on the same file.
struct AuditBench: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "audit", abstract: "Audit records parsed and windowed, beside ausearch and aureport.")

  /// Records a second and core that a site needs.
  private static let aim = 300_000.0

  @Option(help: "People in the made-up hospital, all on one host.") var users: Int = 60
  @Option(help: "Days of the recording.") var days: Int = 7
  @Option(help: "Runs of each; the best counts.") var runs: Int = 3
  @Option(help: "The folder of ausearch and aureport; without it they are left out.") var peers: String?
  @Option(help: "Where to work.") var folder: String = "/var/tmp"

  func run() async throws {
    let work = "\(folder)/cordon-bench-\(ProcessInfo.processInfo.processIdentifier)"
    try FileManager.default.createDirectory(atPath: work, withIntermediateDirectories: false)
    defer { try? FileManager.default.removeItem(atPath: work) }
    let log = "\(work)/audit.log"
    let progress = Progress("audit")
    progress.say("recording \(days) days of a host with \(users) users")
    let records = try record(to: log)
    progress.say("\(Show.count(records)) records")
    let ours = try best(ProgramRun.ours("cordon-agent"), ["replay", "--output", "json", log], progress)
    var table = MarkdownTable("audit records a second and core", "records/s", "ours / peer", "aim")
    let rate = records / (ours.processor / .seconds(1))
    table.add("**Cordon**: parsed, pseudonymised, windowed", Show.count(rate), "-", Show.count(Self.aim))
    if let peers {
      let search = ["--input", log, "-m", "ALL"]
      let readers = [
        ("ausearch -k: fields parsed, matching records copied", "ausearch", search + ["-k", "cordon", "--raw"]),
        ("ausearch --format csv: who did what to what", "ausearch", search + ["--format", "csv"]),
        ("aureport --summary: parsed, counted", "aureport", ["--input", log, "--summary"]),
      ]
      for (name, program, arguments) in readers {
        let peer = try best("\(peers)/\(program)", arguments, progress)
        let theirs = records / (peer.processor / .seconds(1))
        table.add(name, Show.count(theirs), Show.times(rate / theirs), "-")
      }
    }
    print(table.text)
    print(
      "\(Show.count(records)) records of a made-up hospital's host, \(users) users, \(days) days; best of \(runs).\n")
  }

  /// Writes a host's log that all people use; returns its records.
  private func record(to path: String) throws -> Double {
    let recording = try Recording(HospitalSettings(seed: 1, days: days, users: users, hosts: 1, attacks: []))
    var log = AuditLog(of: recording.hospital.hosts[0], in: recording.hospital)
    _ = FileManager.default.createFile(atPath: path, contents: nil)
    let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
    try recording.forEachDay { _, activity in
      var text: [UInt8] = []
      for event in activity.machine { log.append(event, to: &text) }
      try file.write(contentsOf: Data(text))
    }
    try file.close()
    return Double(log.records)
  }

  private func best(_ program: String, _ arguments: [String], _ progress: Progress) throws -> ProgramRun {
    var all: [ProgramRun] = []
    for run in 1...max(1, runs) {
      let next = try ProgramRun.run(program, arguments, keepsOutput: false)
      progress.say(
        "\(program.split(separator: "/").last ?? ""), run \(run) of \(runs): \(Show.decimal(next.processor / .seconds(1))) s"
      )
      all.append(next)
    }
    return all.min { $0.processor < $1.processor } ?? all[0]
  }
}
