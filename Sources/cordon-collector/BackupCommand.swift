import ArgumentParser
import CordonCollector
import CordonCore

/// Copies the database, while the collector runs or not.
struct BackupCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "backup", abstract: "Copy the database to a file, while the collector runs or not.",
    discussion: """
      The copy is as the database was at one moment, readable by its owner alone. Keys are not in it: back up the
      collector's folder apart from it. To restore, stop the collector and put the copy in the database's place;
      agents send again what came after it.

      Examples:
        cordon-collector backup /mnt/backup/collector.sqlite
      """)

  @OptionGroup var options: StateOptions
  @Argument(help: "A file that does not exist yet.") var file: String
  @OptionGroup var output: OutputOptions

  func run() async throws {
    try await CollectorProgram.reporting {
      try await CollectorFolder.backUp(options.state, to: file)
      try output.say(["file": file], "The database is copied to \(file).")
    }
  }
}
