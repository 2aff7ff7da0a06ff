import CordonAgent
import CordonCore
import CordonRuntime
import FoundationEssentials

/// Reads the agent's configuration: environment before file.
enum AgentSettings {
  static func load(file: String?) async throws(CordonError) -> AgentConfig {
    let settings = try await ProgramSettings.load(
      arguments: [], environment: ProcessInfo.processInfo.environment, file: file ?? AgentConfig.usualFile,
      fileIsOptional: file == nil)
    return AgentConfig { settings.optionalText($0.lowercased().replacing("_", with: ".")) }
  }
}
