import CordonAgent
import CordonCore
import CordonRuntime
import Logging

/// What SIGHUP changes of either of the agent's processes.
enum AgentReload {
  /// Reads the configuration again; `more` takes over what is the process's own, before anything else is changed.
  static func run(
    _ started: AgentConfig, _ more: () async throws -> [ReloadService.Change]
  ) async throws -> [ReloadService.Change] {
    let config = try await AgentSettings.load(file: started.file)
    guard let level = Logger.Level(rawValue: config.logLevel) else {
      throw CordonError(
        .invalid, "configuration", "CORDON_LOG_LEVEL is “\(config.logLevel.prefix(80))”, no level.",
        remedy: "Write trace, debug, info, notice, warning or error.")
    }
    let own = try await more()
    ProgramLogging.change(to: level)
    let fixed = [
      ("COLLECTOR", config.collector == started.collector), ("BUNDLE", config.bundle == started.bundle),
      ("STATE", config.state == started.state), ("RUN", config.run == started.run),
      ("USER", config.user == started.user),
    ].filter { !$0.1 }.map { "CORDON_\($0.0)" }
    return [.init("log-level", level.rawValue)] + own
      + (fixed.isEmpty ? [] : [.init("needs-a-restart", fixed.joined(separator: ", "))])
  }
}
