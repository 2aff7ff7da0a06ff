import ArgumentParser
import CordonCore
import CordonLedger

struct LedgerVerifyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify", abstract: "Check an exported ledger offline: nothing edited, dropped, added or moved.",
    discussion: """
      Computes every leaf anew from its record and the Merkle root from the leaves, and compares it with each signed \
      checkpoint. The key is the one that this home kept, or the one given with --key; an agent's remembered \
      checkpoints are compared with --seen. Exit code 65 where anything does not hold.

      Examples:
        cordon ledger verify ledger.jsonl
        cordon ledger verify ledger.jsonl --key "$(cat ledger.pub)" \\
          --seen checkpoint-of-ws-17
      """)

  @OptionGroup var common: CommonOptions
  @Argument(help: "The file that `cordon ledger export` wrote.", completion: .file()) var file: String
  @Option(help: "The ledger's public key, NAME+HASH+KEY, as ledger.pub on the collector's host has it.")
  var key: String?
  @Option(help: ArgumentHelp("A file with one remembered checkpoint (repeatable).", valueName: "file"))
  var seen: [String] = []

  mutating func run() async throws {
    let environment = try AdminEnvironment.get()
    var known: LedgerVerifierKey?
    if let key {
      known = try LedgerPin.key(key)
    } else if let home = try? OperatorHome(common.home, in: environment) {
      known = try LedgerPin.load(home)
    }
    var notes: [String] = []
    for path in seen {
      notes.append(String(decoding: try FileInput.read(path, most: 65_536, in: environment), as: UTF8.self))
    }
    var progress = ProgressLine(in: environment)
    let report = try LedgerFile.verify(path: file, key: known, seen: notes) {
      progress.update("kilobytes read", $0 / 1000)
    }
    progress.finish()
    LedgerPage.report(report, file: file).print(as: common.printing.output, in: environment)
    if !report.isSound { throw ExitCode(65) }
  }
}
