import ArgumentParser
import CordonCore

/// Shows what the agent follows and holds, running or not.
struct StatusCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status", abstract: "Show what this agent follows and holds.",
    discussion: """
      Examples:
        cordon-agent status
        cordon-agent status --output json
      """)

  @OptionGroup var options: AgentOptions
  @OptionGroup var output: OutputOptions

  func run() async throws {
    let environment = try AgentEnvironment.get()
    let paths = try await options.load(in: environment).paths
    let answer = try ControlClient.ask(.status, at: paths.controlSocket)
    let status = try answer?.status ?? OfflineJournal.status(paths: paths)
    try output.write(status, as: status.text, in: environment)
  }
}
