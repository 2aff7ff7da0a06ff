import ArgumentParser
import CordonCollector
import CordonCore
import CordonRuntime
import CordonTrust

/// Checks configuration and folder without starting anything.
struct CheckCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check", abstract: "Check the configuration and the collector's folder.")

  @OptionGroup var options: SettingsOptions

  func run() async throws {
    try await CollectorProgram.reporting {
      let settings = try await options.load()
      let identity = try CollectorIdentity.load(from: settings.state)
      _ = try LedgerKeyFile.load(from: settings.state, domain: identity.grant.domain)
      _ = try CollectorIdentity.currentChain(in: settings.state)
      print(
        """
        The configuration is usable.
        Collector “\(try identity.name)” of \(identity.grant.site) (\(identity.grant.domain))
        Agents and operators: \(settings.uplink); enrolment: \(settings.enrolment)
        """)
    }
  }
}
