import ArgumentParser
import CordonCore
import FoundationEssentials

/// Shows what the agent follows and holds, running or not.
struct StatusCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status", abstract: "Show what this agent follows and holds.",
    discussion: """
      Examples:
        cordon-agent status
        cordon-agent status --output json
      """)

  enum Output: String, ExpressibleByArgument, CaseIterable { case text, json }

  @OptionGroup var options: AgentOptions
  @Option(help: "text or json.") var output = Output.text

  func run() async throws {
    let environment = try AgentEnvironment.get()
    let paths = try await options.load(in: environment).paths
    let answer = try ControlClient.ask(.status, at: paths.controlSocket)
    let status = try answer?.status ?? OfflineJournal.status(paths: paths)
    guard output == .json else { return environment.write(status.text) }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
    environment.write(String(decoding: try encoder.encode(status), as: UTF8.self) + "\n")
  }
}
