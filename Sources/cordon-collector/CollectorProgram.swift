import ArgumentParser
import CordonCore
import Glibc

/// `cordon-collector`: the daemon in the data centre, and what prepares it.
@main
struct CollectorProgram: AsyncParsableCommand {
  static let version = "0.1.0"
  static let defaultState = "/var/lib/cordon-collector"
  static let defaultConfiguration = "/etc/cordon/collector.conf"

  static let configuration = CommandConfiguration(
    commandName: "cordon-collector",
    abstract: "Collects what agents see, learns from it, and passes on what operators signed.",
    discussion: """
      First: cordon-collector init, have the request signed with cordon site, cordon-collector init --grant FILE.
      Then: cordon-collector run.
      """, version: "cordon-collector \(version)",
    subcommands: [RunCommand.self, InitCommand.self, CheckCommand.self, BackupCommand.self])

  /// Runs a command's body; its errors are told in words and end the program as sysexits(3) has it.
  static func reporting(_ body: () async throws -> Void) async throws {
    do {
      try await body()
    } catch let error as CordonError {
      write("cordon-collector: \(error)\n")
      throw ExitCode(error.exitCode)
    }
  }

  private static func write(_ text: String) {
    let bytes = Array(text.utf8)
    _ = Glibc.write(STDERR_FILENO, bytes, bytes.count)
  }
}

/// Options of every command that works on a collector's folder.
struct StateOptions: ParsableArguments {
  @Option(help: "The collector's folder: keys, certificates, database.")
  var state: String = CollectorProgram.defaultState
}
