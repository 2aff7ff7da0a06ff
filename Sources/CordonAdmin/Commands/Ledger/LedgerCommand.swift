import ArgumentParser

struct LedgerCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ledger", abstract: "Take the ledger out, and verify it without trusting the collector.",
    subcommands: [LedgerExportCommand.self, LedgerVerifyCommand.self])
}
