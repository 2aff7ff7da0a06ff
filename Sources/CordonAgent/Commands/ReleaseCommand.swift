import ArgumentParser
import CordonCore

/// Undoes held actions on the word of the machine's administrator, whether the daemon runs or is dead.
struct ReleaseCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "release", abstract: "Undo a held action, or all, now.",
    discussion: """
      Works with the daemon running, through its socket, and with the daemon dead, through its journal. The outcome is
      told to the collector when the daemon next runs.

      Examples:
        cordon-agent release --all
        cordon-agent release 019b76da-a800-7167-9e0b-b980a575a896
      """)

  @OptionGroup var options: AgentOptions
  @Argument(help: "The command's id, as `cordon-agent status` shows it.") var id: String?
  @Flag(help: "Everything that is held.") var all = false
  @OptionGroup var output: OutputOptions

  func validate() throws {
    guard (id == nil) == all else { throw ValidationError("Name one command's id, or --all.") }
    if let id, UniqueID(id) == nil { throw ValidationError("\(id) is not a command's id.") }
  }

  func run() async throws {
    let environment = try AgentEnvironment.get()
    let paths = try await options.load(in: environment).paths
    let command = id.flatMap { UniqueID($0) }
    let answer = try ControlClient.ask(command.map { .release($0) } ?? .releaseAll, at: paths.controlSocket)
    let count = try answer?.released ?? OfflineJournal.release(command, paths: paths)
    try output.write(
      ["released": count], as: count == 1 ? "1 action released\n" : "\(count) actions released\n", in: environment)
  }
}
