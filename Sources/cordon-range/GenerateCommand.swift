import ArgumentParser
import CordonCore
import CordonRange
import Glibc

/// Writes a recording of a made-up hospital into a folder.
struct GenerateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "generate",
    abstract: "Write a recording: hosts' logs, captures of the network, the EHR's trail, labels.",
    discussion: """
      The same seed and options give the same bytes on the same machine.

      Examples:
        cordon-range generate --seed 7 --out hospital
        cordon-range generate --seed 7 --out attacked --users 40 --devices 20 --attacks all
        cordon-range generate --seed 7 --out quiet --attacks none --days 28 --go-live 14
      """)

  enum Output: String, ExpressibleByArgument, CaseIterable { case table, json }

  @Option(help: "Everything is drawn from it.") var seed: UInt64
  @Option(help: ArgumentHelp("Where to write; empty or not there.", valueName: "folder")) var out: String
  @Option(help: "People with accounts.") var users = 20
  @Option(help: "Linux machines.") var hosts = 30
  @Option(help: "Medical devices; with any, the network is captured.") var devices = 10
  @Option(help: "Length of the recording.") var days = 14
  @Option(help: ArgumentHelp("The first day, such as 2026-01-05 (UTC).", valueName: "date")) var start = "2026-01-05"
  @Option(
    help: ArgumentHelp(
      "all, none, or some, with commas between, of \(AttackKind.allCases.map(\.rawValue).joined(separator: ", ")).",
      valueName: "names"))
  var attacks = AttackKind.usual.map(\.rawValue).joined(separator: ",")
  @Option(help: ArgumentHelp("The day (0 is the first) from which a new EHR client is used.", valueName: "day"))
  var goLive: Int?
  @Option(help: "How to print the summary.") var output = Output.table

  func run() throws {
    do {
      let progress = isatty(STDERR_FILENO) == 1 ? "\r" : "\n"
      let summary = try RecordingFolder.write(try settings(), to: out) { day in
        complain("cordon-range: day \(day + 1) of \(days)\(day + 1 == days ? "\n" : progress)")
      }
      print(output == .json ? try summary.json() : summary.text, terminator: output == .json ? "\n" : "")
    } catch let error as CordonError {
      complain("cordon-range: \(error)\n")
      throw ExitCode(error.exitCode)
    }
  }

  private func complain(_ text: String) {
    let bytes = Array(text.utf8)
    // What cannot be said is not said; the summary and the exit code stay.
    _ = write(STDERR_FILENO, bytes, bytes.count)
  }

  private func settings() throws -> HospitalSettings {
    guard let midnight = HospitalCalendar.midnight(start) else {
      throw ValidationError("--start is a day such as 2026-01-05, not \(start).")
    }
    return HospitalSettings(
      seed: seed, start: midnight, days: days, users: users, hosts: hosts, devices: devices,
      attacks: try AttackKind.list(attacks),
      goLive: goLive)
  }
}
