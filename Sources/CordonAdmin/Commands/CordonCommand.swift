package import ArgumentParser
import CordonCore

/// `cordon`: the admins' and analysts' program.
package struct CordonCommand: AsyncParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "cordon",
    abstract: "Run a Cordon site: its authority, policies, agents, detections and containment.",
    discussion: """
      Keys that agents obey are made and kept on operators' machines, in a home folder (~/.config/cordon, CORDON_HOME or \
      --home); the collector only passes on what was signed.

      Examples:
        cordon site init --site "St. Elsewhere" --operator ann \\
          --trust-domain st-elsewhere.example \\
          --collector collector.st-elsewhere.example:7443
        cordon status
        cordon policy lint ward.yaml && cordon policy apply ward.yaml
        cordon detection list --since 24h
        cordon doctor

      Completions: cordon completion bash|zsh|fish prints a script for your shell.
      Exit codes are those of sysexits(3): 64 usage, 65 bad input, 66 not found, 74 input or output failed, \
      75 try again later, 77 not allowed, 78 the installation needs attention (doctor).
      """,
    version: CordonVersion.text,
    subcommands: [
      SiteCommand.self, RosterCommand.self, TrustCommand.self, OperatorCommand.self, TokenCommand.self,
      AgentCommand.self, PolicyCommand.self, ModelCommand.self, DetectionCommand.self, IncidentCommand.self,
      CommandCommand.self, InventoryCommand.self, UnsealCommand.self, NamesCommand.self, LedgerCommand.self,
      LabCommand.self,
      StatusCommand.self, DoctorCommand.self, CompletionCommand.self, VersionCommand.self,
    ])

  package init() {}

  /// Parses and runs arguments (without the program's name); returns the exit code, and never ends the process.
  package static func execute(_ arguments: [String], in environment: AdminEnvironment) async -> Int32 {
    await AdminEnvironment.$current.withValue(environment) {
      do {
        var command = try await asyncParseAsRoot(arguments)
        if var asynchronous = command as? any AsyncParsableCommand {
          try await asynchronous.run()
        } else {
          try command.run()
        }
        return 0
      } catch let error as CordonError {
        environment.complain("cordon: \(error)\n")
        return error.exitCode
      } catch is CancellationError {
        environment.complain("cordon: stopped\n")
        return 75
      } catch {
        let code = exitCode(for: error).rawValue
        let message = fullMessage(for: error)
        guard !message.isEmpty else { return code }
        (code == 0 ? environment.write : environment.complain)(message + "\n")
        return code
      }
    }
  }
}
