import ArgumentParser
import CordonCollector
import CordonCore
import CordonRuntime
import CordonTrust

/// Checks configuration and folder without starting anything.
struct CheckCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check", abstract: "Check the configuration and the collector's folder.",
    discussion: """
      Starts nothing; what is wrong is told, all of it, and the exit code says so.

      Examples:
        cordon-collector check
        cordon-collector check --config collector.conf --output json
      """)

  @OptionGroup var options: SettingsOptions
  @OptionGroup var output: OutputOptions

  func run() async throws {
    try await CollectorProgram.reporting {
      let settings = try await options.load()
      let identity = try CollectorIdentity.load(from: settings.state)
      _ = try LedgerKeyFile.load(from: settings.state, domain: identity.grant.domain)
      _ = try CollectorIdentity.currentChain(in: settings.state)
      let (uplink, enrolment) = ("\(settings.uplink)", "\(settings.enrolment)")
      try output.say(
        [
          "collector": try identity.name, "site": identity.grant.site, "domain": "\(identity.grant.domain)",
          "uplink": uplink, "enrolment": enrolment,
        ],
        """
        The configuration is usable.
        Collector “\(try identity.name)” of \(identity.grant.site) (\(identity.grant.domain))
        Agents and operators: \(uplink); enrolment: \(enrolment)
        """)
    }
  }
}
